"""In which frames a tracker is told what to follow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pycocotools import mask as coco_mask

from mevis.structures.mask_rle import Rle, as_coco


@dataclass(frozen=True)
class PromptFrame:
    """A frame whose mask is the prompt, and the frames that follow from it.

    Attributes:
        frame: Its position in the video.
        first: First frame that is propagated to from it.
        last: Last such frame.
    """

    frame: int
    first: int
    last: int


def choose_prompt_frames(rles: Sequence[Rle], number: int) -> list[PromptFrame]:
    """Chooses the surest frames of a track and shares the video out among them.

    The frames with a mask are divided into ``number`` runs of equal length; the surest of each run
    is chosen, and every frame of the video goes to the nearest chosen one.

    Args:
        rles: One mask per frame.
        number: Frames to choose, at most.

    Returns:
        The chosen frames in their order; none if every mask is empty.
    """
    sure = certainty(rles)
    visible = np.flatnonzero(sure)
    runs = [run for run in np.array_split(visible, number) if len(run)]
    chosen = [int(run[sure[run].argmax()]) for run in runs]
    ends = [(left + right) // 2 for left, right in zip(chosen, chosen[1:], strict=False)]
    firsts = [0, *(end + 1 for end in ends)]
    lasts = [*ends, len(rles) - 1]
    return [PromptFrame(*span) for span in zip(chosen, firsts, lasts, strict=False)]


def certainty(rles: Sequence[Rle]) -> np.ndarray:
    """How far each mask can be trusted, judged by the masks alone.

    A mask is trusted that looks like those of the frames before and after, and is large among the
    masks of its video: where an object is half hidden, leaves, or the model wavers, it is neither.

    Args:
        rles: One mask per frame.

    Returns:
        (T,) in [0, 1]: mean IoU with the neighbours times the root of the share of the largest
        area; 0 where the mask is empty and nowhere else.
    """
    masks = [as_coco(rle) for rle in rles]
    areas = coco_mask.area(masks).astype(float) if masks else np.zeros(0)
    if not areas.any():
        return areas
    overlaps = np.ones(max(0, len(masks) - 1))
    for index, (one, other) in enumerate(zip(masks, masks[1:], strict=False)):
        overlaps[index] = coco_mask.iou([one], [other], [False])[0, 0]
    before = np.concatenate([overlaps[:1], overlaps]) if len(overlaps) else np.ones(1)
    after = np.concatenate([overlaps, overlaps[-1:]]) if len(overlaps) else np.ones(1)
    agreement = (before + after) / 2
    # A lone mask agrees with nothing and must still count as one.
    return np.maximum(agreement, 1e-6) * np.sqrt(areas / areas.max())
