"""What frames tell about motion: proofs by construction, and learnt oracles that try.

* One frame says nothing about sentences of the kind 'motion', even if its place in the video is
  known: for every scene there is an equally likely one with the same frame and the other truth.
* All frames without their order say nothing about sentences of the kind 'order': the scene played
  backwards is equally likely, has the same frames, and the other truth.

The learnt oracles are there for what the constructions might have overlooked; each of them is
shown to learn well from what does tell.
"""

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mevis.datasets.moving_shapes import Arena, Scene, SceneObject, build_scene, render_scene
from mevis.datasets.moving_shapes import scene as scene_module
from mevis.datasets.moving_shapes.paths import roam
from mevis.datasets.moving_shapes.reading import read_sentence
from mevis.datasets.moving_shapes.trajectory_oracle import answer
from mevis.datasets.moving_shapes.writer import scene_record

Features = Callable[[Scene, SceneObject], np.ndarray]


class Phase:
    """Stands in for a generator: the next two uniform numbers in [0, 2) are known."""

    def __init__(self, values: np.ndarray) -> None:
        assert ((values >= 0) & (values < 2)).all()
        self.values = values

    def uniform(self, low: float, high: float, size: int) -> np.ndarray:
        assert (low, high, size) == (0.0, 2.0, 2)
        return self.values


def with_places_exchanged(scene: Scene, pair: list[int], ways: dict, frame: int) -> Scene:
    """The pair drawn with other phases: in ``frame`` each is where the other one was."""
    other = copy.copy(scene)
    other.objects = list(scene.objects)
    for index, twin in (pair, pair[::-1]):
        item = scene.objects[index]
        offsets, diameter = ways[item.path.centres.tobytes()], item.look.diameter
        span = scene.arena.size - diameter
        start = scene.objects[twin].path.centres[frame] - diameter / 2 - offsets[frame]
        path = roam(Phase(np.mod(start, 2 * span) / span), scene.arena, diameter, offsets)
        other.objects[index] = replace(item, path=path)
    places = {pair[0]: pair[1], pair[1]: pair[0]}
    other.depth = [places.get(index, index) for index in scene.depth]
    return other


@pytest.fixture
def ways(monkeypatch) -> dict[bytes, np.ndarray]:
    """The offsets of every path that is drawn, by the path."""
    found: dict[bytes, np.ndarray] = {}

    def noted(rng, arena, diameter, offsets):
        path = roam(rng, arena, diameter, offsets)
        found[path.centres.tobytes()] = offsets
        found[path.centres[::-1].tobytes()] = offsets[::-1]
        return path

    monkeypatch.setattr(scene_module, 'roam', noted)
    return found


def test_the_same_frame_with_the_other_truth_is_equally_likely(ways):
    # Phases and depths are drawn evenly, so the exchanged scene has the likelihood of the first.
    count = 0
    for seed in range(24):
        scene = build_scene(np.random.default_rng([seed, 5]), Arena(96, 144, 12))
        pair = scene.members('roaming')
        if not pair:
            continue
        frame = seed % 12
        other = with_places_exchanged(scene, pair, ways, frame)
        frames, masks, _ = render_scene(scene)
        frames_then, masks_then, _ = render_scene(other)
        difference = np.abs(frames[frame].astype(int) - frames_then[frame])
        assert difference.max() <= 1
        assert np.array_equal(masks[pair, frame], masks_then[pair[::-1], frame])
        # The motions are those of before; so every sentence now means the other one in the frame.
        record = scene_record(other)
        for index in pair:
            motion = scene.objects[index].motion
            assert other.objects[index].motion == motion
            if motion in ('rest', 'zigzag', 'back-and-forth', 'stop-and-go'):
                look = scene.objects[index].look
                words = {
                    'rest': 'that stays still',
                    'zigzag': 'that zigzags',
                    'back-and-forth': 'moving back and forth',
                    'stop-and-go': 'moving with pauses',
                }[motion]
                assert answer(f'the {look.colour} {look.shape} {words}', record) == (index,)
        count += 1
    assert count >= 12


def test_a_scene_and_the_scene_backwards_have_the_same_frames_and_the_other_truth(scenes):
    count = 0
    for scene, sentences in scenes:
        asked = [sentence for sentence in sentences if sentence.tags[0] == 'order']
        if not asked:
            continue
        back = copy.deepcopy(scene)
        scene_module._play_backwards(back)
        record = scene_record(back)
        for sentence in asked:
            (target,) = sentence.targets
            (twin,) = scene.look_alikes(target)
            assert answer(sentence.text, record) == (twin,)
            # It offers the very same question.
            assert back.objects[twin].motion == read_sentence(sentence.text).motion
            count += 1
        for item, then in zip(scene.objects, back.objects, strict=True):
            assert np.array_equal(item.path.centres, then.path.centres[::-1])
    assert count > 2000


def test_the_frames_are_the_same_pixel_by_pixel(scenes):
    kinds = set()
    for scene, _ in scenes[:40]:
        motions = frozenset(scene.objects[index].motion for index in scene.members('ordered'))
        if not motions or motions in kinds:
            continue
        kinds.add(motions)
        back = copy.deepcopy(scene)
        scene_module._play_backwards(back)
        for first, second in zip(render_scene(scene)[:2], render_scene(back)[:2], strict=True):
            axis = 0 if first.ndim == 4 and first.shape[-1] == 3 else 1
            assert np.array_equal(first, np.flip(second, axis))
    assert len(kinds) >= 4


def test_a_fair_coin_decides_on_the_direction(monkeypatch):
    played = []
    monkeypatch.setattr(scene_module, '_play_backwards', lambda scene: played.append(scene))
    for seed in range(1000):
        build_scene(np.random.default_rng([seed, 9]), Arena(128, 192, 24))
    assert abs(len(played) / 1000 - 0.5) < within(1000)


# Learnt oracles: given features of both look-alikes, which one is meant?


def within(trials: int) -> float:
    """Half the width of what 3.5 standard deviations of a fair coin allow."""
    return 3.5 * 0.5 / np.sqrt(trials)


def questions(scenes, kind: str) -> list[tuple[Scene, int, int, str]]:
    """Scene, target, look-alike and motion of every sentence of a kind, once per motion."""
    found = []
    for scene, sentences in scenes:
        asked = {read_sentence(s.text).motion: s for s in sentences if s.tags[0] == kind}
        for motion, sentence in asked.items():
            (target,) = sentence.targets
            found.append((scene, target, scene.look_alikes(target)[0], motion))
    return found


def accuracies(scenes, kind: str, features: Features) -> tuple[float, float, int]:
    """Of a linear oracle and of one that recalls neighbours, on unseen scenes; and how many."""
    asked = questions(scenes, kind)
    motions = sorted({motion for *_, motion in asked})
    pairs, labels, which = [], [], []
    for scene, target, twin, motion in asked:
        one, two = sorted((target, twin))  # the order of construction is hidden by a shuffle
        seen = [features(scene, scene.objects[index]) for index in (one, two)]
        pairs.append(seen)
        labels.append(1.0 if target == one else -1.0)
        which.append(motions.index(motion))
    values = np.array(pairs)
    values = (values - values.mean((0, 1))) / (values.std((0, 1)) + 1e-9)
    label, which = np.array(labels), np.array(which)
    half = len(label) // 2
    linear = _linear(values, which, label, half, len(motions))
    recall = _neighbours(values, which, label, half)
    return linear, recall, len(label) - half


def _linear(values, which, label, half, num_motions) -> float:
    rows = np.zeros((len(label), num_motions, values.shape[-1]))
    rows[np.arange(len(label)), which] = values[:, 0] - values[:, 1]
    rows = rows.reshape(len(label), -1)
    known = rows[:half]
    square = known.T @ known + 3.0 * np.eye(rows.shape[1])
    weights = np.linalg.solve(square, known.T @ label[:half])
    return float((np.sign(rows[half:] @ weights) == label[half:]).mean())


def _neighbours(values, which, label, half, count: int = 15) -> float:
    flat = values.reshape(len(label), -1)
    distance = ((flat[half:, None] - flat[None, :half]) ** 2).sum(-1)
    distance = distance + 1e6 * (which[half:, None] != which[None, :half])
    nearest = np.argpartition(distance, count, axis=1)[:, :count]
    votes = label[:half][nearest].sum(1)
    return float((np.sign(votes) == label[half:]).mean())


def look_of_a_moment(scene: Scene, item: SceneObject, frame: int) -> np.ndarray:
    """What one frame shows of an object: place, borders, size, neighbours, what covers it."""
    centre, size = item.path.centres[frame], scene.arena.size
    diameter = item.look.diameter * item.path.scale[frame]
    others = np.array([o.path.centres[frame] for o in scene.objects if o is not item])
    gaps = np.linalg.norm(others - centre, axis=1)
    share = centre / size
    inside = float((centre > -diameter / 2).all() and (centre < size + diameter / 2).all())
    number = next(i for i, other in enumerate(scene.objects) if other is item)
    return np.array(
        [
            *share,
            *share**2,
            share[0] * share[1],
            min(*share, *(1 - share)),
            diameter,
            gaps.min(),
            gaps.mean(),
            scene.depth.index(number),
            inside,
        ]
    )


def set_of_frames(scene: Scene, item: SceneObject) -> np.ndarray:
    """All frames without their order: every feature sorted by itself."""
    seen = np.array([look_of_a_moment(scene, item, t) for t in range(scene.arena.num_frames)])
    return np.concatenate([np.sort(seen, axis=0)[::6].ravel(), seen.mean(0), seen.std(0)])


def way_without_direction(scene: Scene, item: SceneObject) -> np.ndarray:
    """What neighbouring frames tell: speeds."""
    speeds = np.linalg.norm(np.diff(item.path.centres, axis=0), axis=1)
    turns = np.abs(np.diff(item.path.centres, 2, axis=0)).sum(0)
    return np.array([speeds.min(), speeds.max(), speeds.std(), *turns, turns.min()])


def frames_in_order(scene: Scene, item: SceneObject) -> np.ndarray:
    centres = item.path.centres
    steps = np.diff(centres, axis=0)
    third = len(steps) // 3
    speeds = np.linalg.norm(steps, axis=1)
    middle = centres - centres.mean(0)
    swept = (middle[:-1, 0] * middle[1:, 1] - middle[:-1, 1] * middle[1:, 0]).sum()
    return np.array(
        [
            *(centres[-1] - centres[0]),
            *steps[:third].sum(0),
            *steps[-third:].sum(0),
            speeds[-third:].mean() - speeds[:third].mean(),
            item.path.scale[-1] - item.path.scale[0],
            look_of_a_moment(scene, item, -1)[-1] - look_of_a_moment(scene, item, 0)[-1],
            swept,
        ]
    )


@pytest.mark.parametrize('frame', [0, 12, 23])
def test_one_frame_is_at_chance_on_motion_though_its_place_is_known(scenes, frame):
    linear, recall, trials = accuracies(
        scenes, 'motion', lambda scene, item: look_of_a_moment(scene, item, frame)
    )
    assert trials > 1000
    assert abs(linear - 0.5) < within(trials)
    assert abs(recall - 0.5) < within(trials)


def test_one_frame_from_anywhere_is_at_chance_on_order(scenes):
    rng = np.random.default_rng(0)
    chosen = {id(scene): int(rng.integers(24)) for scene, _ in scenes}
    linear, recall, trials = accuracies(
        scenes, 'order', lambda scene, item: look_of_a_moment(scene, item, chosen[id(scene)])
    )
    assert trials > 1000
    assert abs(linear - 0.5) < within(trials)
    assert abs(recall - 0.5) < within(trials)


def test_all_frames_without_their_order_are_at_chance_on_order(scenes):
    linear, recall, trials = accuracies(scenes, 'order', set_of_frames)
    assert trials > 1000
    assert abs(linear - 0.5) < within(trials)
    assert abs(recall - 0.5) < within(trials)


def test_the_oracles_learn_from_what_does_tell(scenes):
    linear, _, _ = accuracies(scenes, 'motion', way_without_direction)
    assert linear > 0.95
    linear, _, _ = accuracies(scenes, 'order', frames_in_order)
    assert linear > 0.95


def test_an_ordered_pair_is_betrayed_by_a_frame_that_is_known_to_be_the_last(scenes):
    # The limit of the guarantee: who is there in the last frame has entered.
    linear, _, trials = accuracies(
        scenes, 'order', lambda scene, item: look_of_a_moment(scene, item, -1)
    )
    assert linear > 0.5 + within(trials)
