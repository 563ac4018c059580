"""Tracks with motion sentences, made when they are asked for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from mevis.datasets.motion_tracks.facts import TURNS, YES
from mevis.datasets.motion_tracks.observation import Facts, observe
from mevis.datasets.motion_tracks.sayings import MOTIONS, UNKNOWN, sentence
from mevis.datasets.motion_tracks.scenes import crowd_scene, shapes_scene
from mevis.datasets.motion_tracks.wear import Wear
from mevis.datasets.transforms.expression import swap_left_right
from mevis.datasets.video_dataset import Item
from mevis.registry import DATASETS
from mevis.structures import Expression, RefVidSegDataSample, Trajectories


@DATASETS.register_module()
class MotionTracksDataset(Dataset):
    """Trajectories without pixels and sentences about how they move.

    Nothing is read: a scene follows from (seed, index), its sentences and whether it is mirrored
    from (seed, serial number of the draw).  An item is a clip of no frames with a sample that has
    ``trajectories``, S expressions and ``gt_choice``.  Scenes are kept in memory, 20 kB each.

    Args:
        length: Number of scenes.
        num_expressions: S, sentences of an item.
        crowds: Share of scenes in which everyone does something; the others are of MovingShapes.
        wear: Overrides of :class:`Wear`, what a tracker and a camera make of true paths;
            ``{}`` for all of it.
        absent: Share of sentences that are drawn without looking whether anyone does it.
        seed: Seed of everything random.
    """

    METAINFO: dict[str, Any] = {'dataset_type': 'motion_tracks', 'task_name': 'ref_vid_seg'}

    def __init__(
        self,
        length: int = 10000,
        num_expressions: int = 6,
        crowds: float = 0.5,
        wear: Mapping[str, float] | None = None,
        absent: float = 0.25,
        seed: int = 0,
    ) -> None:
        self.length = length
        self.num_expressions = num_expressions
        self.crowds = crowds
        self.wear = Wear(**(wear or {}))
        self.absent = absent
        self.seed = seed
        self._made: dict[int, tuple[Trajectories, Facts, list[str]]] = {}

    @property
    def metainfo(self) -> dict[str, Any]:
        """What the runner passes on to metrics and visualizers."""
        return dict(self.METAINFO)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, item: Item) -> dict[str, Any]:
        index, serial = item if isinstance(item, tuple) else (item, item)
        rng = np.random.default_rng([self.seed, 1, int(serial)])
        tracks, facts, first = self.scene(int(index))
        asked = [self._ask(rng, first, facts) for _ in range(self.num_expressions)]
        texts = [_with_unknown_words(rng, sentence(rng, motion)) for motion in asked]
        if rng.random() < 0.5:
            tracks, texts = mirrored(tracks), [swap_left_right(text) for text in texts]
        expressions = [
            Expression(str(number), text, (), (motion,))
            for number, (text, motion) in enumerate(zip(texts, asked, strict=True))
        ]
        sample = RefVidSegDataSample(
            metainfo={'video': f'scene_{index}', 'expressions': expressions}
        )
        sample.trajectories = tracks
        sample.gt_choice = torch.tensor(
            [[one.get(motion, -1) for one in facts] for motion in asked], dtype=torch.float32
        ).reshape(len(asked), len(facts))
        return {'inputs': torch.zeros(0, 3, 1, 1, dtype=torch.uint8), 'data_samples': sample}

    def scene(self, index: int) -> tuple[Trajectories, Facts, list[str]]:
        """Tracks of a scene, the facts of each, and motions to ask for first."""
        # A copy goes out: what a worker has sent to another process stays open in it.
        if index not in self._made:
            rng = np.random.default_rng([self.seed, 0, index])
            while True:
                scene = crowd_scene(rng) if rng.random() < self.crowds else shapes_scene(rng)
                if any(YES in one.values() for one in scene.facts):
                    break
            self._made[index] = (*observe(rng, scene, self.wear), scene.asked)
        tracks, facts, first = self._made[index]
        parts = (tracks.boxes, tracks.areas, tracks.visible, tracks.times)
        copy = Trajectories(*(part.clone() for part in parts), tracks.size, tracks.ids)
        return copy, facts, first

    def _ask(self, rng: np.random.Generator, first: list[str], facts: Facts) -> str:
        if rng.random() < self.absent:
            names = (*MOTIONS, *TURNS)
            return names[rng.integers(len(names))]
        if first:
            return first[rng.integers(len(first))]
        done = sorted({name for one in facts for name, fact in one.items() if fact == YES})
        plain = [name for name in done if name in ('left', 'right', 'up', 'down', 'rest', 'move')]
        if plain and (rng.random() < 0.4 or not done):
            done = plain
        return done[rng.integers(len(done))] if done else 'left'


def mirrored(tracks: Trajectories) -> Trajectories:
    """The tracks in the mirrored video."""
    width = tracks.size[1]
    boxes = tracks.boxes[..., [2, 1, 0, 3]] * torch.tensor([-1.0, 1, -1, 1])
    boxes = boxes + torch.tensor([width, 0.0, width, 0])
    return replace(tracks, boxes=boxes * tracks.visible[..., None])


def _with_unknown_words(rng: np.random.Generator, text: str) -> str:
    """Puts words that are in no list in their places."""
    letters = 'bcdfgklmnprstvz'
    words = [
        ''.join(letters[i] for i in rng.integers(0, len(letters), 6)) if word == UNKNOWN else word
        for word in text.split()
    ]
    return ' '.join(words)
