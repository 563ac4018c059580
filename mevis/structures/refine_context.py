"""Whose masks a refiner improves."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mevis.structures.instance_masks import InstanceMasks


@dataclass(frozen=True)
class RefineContext:
    """Whose masks are refined; also what seeds a refiner that draws at random.

    Attributes:
        video: Name of the video.
        exp_ids: Ids of the E expressions.
        frame_names: Names of the T frames.
        size: (H, W) of frames and masks.
        texts: The E sentences; empty where nobody knows them.
        scores: E scores in [0, 1] that the model gave to its masks; empty likewise.
        tracks: Instance tracks in the T frames, or None.
    """

    video: str
    exp_ids: list[str]
    frame_names: list[str] = field(repr=False)
    size: tuple[int, int]
    texts: Sequence[str] = field(default=(), repr=False)
    scores: Sequence[float] = field(default=(), repr=False)
    tracks: InstanceMasks | None = field(default=None, repr=False)

    def at(self, part: slice) -> 'RefineContext':
        """The same for some of the frames; tracks are those of the whole video."""
        return replace(self, frame_names=self.frame_names[part])
