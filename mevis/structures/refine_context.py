"""Whose masks a refiner improves."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class RefineContext:
    """Whose masks are refined; also what seeds a refiner that draws at random.

    Attributes:
        video: Name of the video.
        exp_id: Id of the expression.
        frame_names: Names of the T frames.
    """

    video: str
    exp_id: str
    frame_names: list[str] = field(repr=False)
