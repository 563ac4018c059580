"""What a scene is made of."""

from collections import Counter

import numpy as np

from mevis.datasets.moving_shapes import Arena, build_scene
from mevis.datasets.moving_shapes.motions import ROAMING_PAIRS, reversed_motion


def test_the_seed_fixes_a_scene():
    one, two = (build_scene(np.random.default_rng(5), Arena(128, 192, 24)) for _ in range(2))
    assert [item.look for item in one.objects] == [item.look for item in two.objects]
    for first, second in zip(one.objects, two.objects, strict=True):
        assert (first.path.centres == second.path.centres).all()
    assert one.depth == two.depth


def test_pairs_are_look_alikes_and_nothing_else_looks_like_them(scenes):
    seen = Counter()
    for scene, _ in scenes:
        for part in ('roaming', 'ordered'):
            pair = scene.members(part)
            assert len(pair) in (0, 2)
            for index in pair:
                assert scene.look_alikes(index) == [i for i in pair if i != index]
            seen[part] += len(pair)
        assert len(scene.members('relation')) == (0 if scene.relation is None else 3)
        for index in scene.members('filler'):
            assert scene.look_alikes(index) == []
    assert min(seen.values()) > 1000


def test_motions_of_pairs(scenes):
    for scene, _ in scenes:
        motions = [scene.objects[i].motion for i in scene.members('ordered')]
        assert not motions or motions[0] == reversed_motion(motions[1])
        motions = [scene.objects[i].motion for i in scene.members('roaming')]
        assert not motions or any(set(motions) == set(pair) for pair in ROAMING_PAIRS.values())


def test_fillers_lie_below_all_others(scenes):
    for scene, _ in scenes:
        assert sorted(scene.depth) == list(range(len(scene.objects)))
        parts = [scene.objects[index].part == 'filler' for index in scene.depth]
        assert parts == sorted(parts, reverse=True)


def test_neither_number_nor_depth_tells_the_members_of_a_pair_apart(scenes):
    firsts, above = [], []
    for scene, _ in scenes:
        for part in ('roaming', 'ordered'):
            pair = scene.members(part)
            if pair:
                first = min(pair, key=lambda index: scene.objects[index].motion)
                firsts.append(first == pair[0])
                above.append(scene.depth.index(first) == max(map(scene.depth.index, pair)))
    for tally in (firsts, above):
        # 3.5 standard deviations of a fair coin.
        assert abs(np.mean(tally) - 0.5) < 3.5 * 0.5 / np.sqrt(len(tally))


def test_nothing_else_moves_along_the_axis_of_a_pair_that_goes_left_and_right(scenes):
    found = 0
    for scene, _ in scenes:
        pair = scene.members('ordered')
        motions = {scene.objects[index].motion for index in pair}
        axis = 0 if motions == {'left', 'right'} else 1 if motions == {'up', 'down'} else None
        if axis is None:
            continue
        for index, item in enumerate(scene.objects):
            way = item.path.centres[-1, axis] - item.path.centres[0, axis]
            if index in pair:
                assert abs(way) > 1.4 * item.look.diameter
            else:
                # A zigzag across its way ends where it began.
                assert abs(way) < 1e-6
            found += 1
    assert found > 1000


def test_every_size_that_a_recipe_may_have_can_be_built():
    for height, width, frames in ((48, 48, 12), (48, 2048, 12), (2048, 48, 12), (96, 96, 100)):
        for seed in range(40):
            scene = build_scene(np.random.default_rng(seed), Arena(height, width, frames))
            assert all(item.path.centres.shape == (frames, 2) for item in scene.objects)
