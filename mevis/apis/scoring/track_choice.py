"""How often a selector chooses the right tracks, for each thing that real tracks have."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import torch

from mevis.datasets.motion_tracks import MotionTracksDataset
from mevis.datasets.motion_tracks.wear import Wear
from mevis.models.track_selector import TrackSelector

_MULTI = ('rest', 'move')
_MOTION = ('fast', 'slow', 'stop-and-go', 'steady', 'zigzag', 'back-and-forth')
NO_WEAR = Wear(**{item.name: 0 for item in fields(Wear)})
CONDITIONS: dict[str, Wear] = {
    'clean': NO_WEAR,
    '10 frames': replace(NO_WEAR, frames=10),
    '2000 frames': replace(NO_WEAR, frames=2000),
    'smaller, larger, elsewhere': replace(NO_WEAR, place=1.0),
    'jitter 3 %': replace(NO_WEAR, jitter=0.03),
    'jitter 6 %': replace(NO_WEAR, jitter=0.06),
    'jitter 12 %': replace(NO_WEAR, jitter=0.12),
    'breathing boxes': replace(NO_WEAR, sway=0.25),
    'gaps': replace(NO_WEAR, gaps=0.4),
    'late starts, early ends': replace(NO_WEAR, cut=0.5),
    'broken tracks': replace(NO_WEAR, split=0.5),
    'false tracks': replace(NO_WEAR, false=0.5),
    'panning camera': replace(NO_WEAR, drift=0.5),
    'shaky camera': replace(NO_WEAR, shake=0.02),
    'very shaky camera': replace(NO_WEAR, shake=0.06),
    'all, as in training': Wear(),
}
"""Each thing on its own, from nothing at all to everything at once."""


@dataclass
class ChoiceScores:
    """Shares of sentences, by kind.

    Attributes:
        right: Kind -> whether exactly the tracks that are meant were chosen.
        first: Kind -> whether the track that scored highest is meant.
        left_right: Scores of tracks in sentences about left and right, with whether they are meant.
    """

    right: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    first: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    left_right: list[tuple[float, bool]] = field(default_factory=list)

    def summary(self) -> dict[str, float]:
        """Figures from 0 to 1: ``right/<kind>``, ``first/<kind>`` and ``auc``."""
        figures = {
            f'{name}/{kind}': float(np.mean(values))
            for name in ('right', 'first')
            for kind, values in sorted(getattr(self, name).items())
        }
        return figures | {'auc': area_under_curve(self.left_right)}


def kind_of(motion: str) -> str:
    """'multi', 'motion' (needs several frames) or 'order' (needs their order)."""
    return 'multi' if motion in _MULTI else 'motion' if motion in _MOTION else 'order'


def area_under_curve(scored: Sequence[tuple[float, bool]]) -> float:
    """Chance that a track that is meant scores higher than one that is not; NaN without both."""
    meant = np.array([score for score, yes in scored if yes])
    others = np.sort([score for score, yes in scored if not yes])
    if not len(meant) or not len(others):
        return float('nan')
    below = np.searchsorted(others, meant, 'left') + np.searchsorted(others, meant, 'right')
    return float(below.mean() / 2 / len(others))


@torch.no_grad()
def score_choices(
    model: TrackSelector, wear: Wear, num_scenes: int, seed: int = 1, **scenes: Any
) -> ChoiceScores:
    """Asks a selector about scenes that it has not seen.

    Sentences without a target, and tracks of which it is open whether they are meant, are left
    out.
    """
    options: Mapping[str, float] = {item.name: getattr(wear, item.name) for item in fields(wear)}
    dataset = MotionTracksDataset(num_scenes, wear=options, absent=0.0, seed=seed, **scenes)
    scores = ChoiceScores()
    for motion, values, meant in _answers(model, dataset):
        kind = kind_of(motion)
        scores.right[kind].append(bool(((values > 0.5) == meant).all()))
        scores.first[kind].append(bool(meant[values.argmax()]))
        if motion in ('left', 'right'):
            scores.left_right += zip(values.tolist(), meant.tolist(), strict=True)
    return scores


def _answers(
    model: TrackSelector, dataset: MotionTracksDataset
) -> Iterator[tuple[str, torch.Tensor, torch.Tensor]]:
    """(motion, scores, whether meant) of tracks with known ground truth, sentence by sentence."""
    for index in range(len(dataset)):
        sample = dataset[index]['data_samples']
        encoded = model.encode_tracks([sample.trajectories])
        texts = [expression.text for expression in sample.expressions]
        scores = model.choose(encoded, texts).tracks[0].sigmoid().cpu()
        pairs = zip(sample.expressions, scores, sample.gt_choice, strict=True)
        for expression, values, truth in pairs:
            known = truth >= 0
            if (truth > 0).any():
                yield expression.tags[0], values[known], truth[known] > 0
