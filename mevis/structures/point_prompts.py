"""Points and boxes that tell a promptable model which mask is meant."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PointPrompts:
    """What is drawn from one mask.

    Attributes:
        points: (n, 2) float64, pixels (x, y); those inside of the mask come first.
        labels: (n,) int64, 1 inside of the mask, 0 outside.
        box: (4,) float64, (x1, y1, x2, y2): the first and the last pixels of the mask.
    """

    points: np.ndarray
    labels: np.ndarray
    box: np.ndarray


def prompt_generator(
    video: str, exp_id: str, frame_name: str, seed: int = 0
) -> np.random.Generator:
    """A generator that depends on what is prompted, not on the order of the work."""
    text = json.dumps([video, exp_id, frame_name, seed])
    return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))


def sample_prompts(
    mask: np.ndarray, num_inside: int, num_outside: int, rng: np.random.Generator
) -> PointPrompts | None:
    """Draws points uniformly, each pixel at most once.

    Args:
        mask: (H, W) bool.
        num_inside: Points in the mask; all of its pixels if it has fewer.
        num_outside: Points of the mask's box that are not in the mask; all there are if fewer,
            none if the mask fills its box.
        rng: What draws.

    Returns:
        The prompts; None if the mask is empty.

    Source: MeViS challenge report (arXiv 2406.13939), Sec. 2.4: 10 inside, 5 outside.
    """
    rows = np.flatnonzero(mask.any(1))
    if not len(rows):
        return None
    columns = np.flatnonzero(mask.any(0))
    top, bottom, left, right = rows[0], rows[-1], columns[0], columns[-1]
    window = mask[top : bottom + 1, left : right + 1]
    inside = _draw(window, num_inside, rng)
    outside = _draw(~window, num_outside, rng)
    points = np.concatenate([inside, outside]) + (left, top)
    labels = np.repeat([1, 0], [len(inside), len(outside)])
    box = np.array([left, top, right, bottom], np.float64)
    return PointPrompts(points.astype(np.float64), labels, box)


def _draw(region: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    """At most ``number`` pixels (x, y) of a region (h, w) bool."""
    places = np.flatnonzero(region)
    chosen = rng.choice(places, min(number, len(places)), replace=False)
    return np.stack([chosen % region.shape[1], chosen // region.shape[1]], 1)
