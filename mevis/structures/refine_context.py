"""Whose masks a refiner improves."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class RefineContext:
    """Whose masks are refined; also what seeds a refiner that draws at random.

    Attributes:
        video: Name of the video.
        exp_ids: Ids of the E expressions.
        frame_names: Names of the T frames.
        size: (H, W) of frames and masks.
    """

    video: str
    exp_ids: list[str]
    frame_names: list[str] = field(repr=False)
    size: tuple[int, int]

    def at(self, part: slice) -> 'RefineContext':
        """The same for some of the frames."""
        return replace(self, frame_names=self.frame_names[part])
