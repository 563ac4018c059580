"""How a video is cut into windows while it comes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FrameWindows:
    """Windows of a video that no memory holds as a whole.

    Every window but the last begins ``length - overlap`` frames after the one before.  The last
    ``delay`` frames of a window wait for the next one, and what both say of them is joined; the
    frames before are answered at once.  ``delay = overlap`` joins all frames that two windows
    share; ``delay = 0`` answers each frame when it is first seen, the overlap then being what a
    window remembers of earlier frames.

    Args:
        length: Frames of a window, at most.
        overlap: Frames that a window shares with the one before.
        delay: Of these, frames that wait for the next window; all of them if None.
        carry_over: Share, in [0, 1], of the video query of the window before in what the query of
            a window starts from; the rest is the query initializer's.

    Raises:
        ValueError: If no frame would be left for a window, or a share is none.
    """

    length: int
    overlap: int = 0
    delay: int | None = None
    carry_over: float = 0.0

    def __post_init__(self) -> None:
        if self.length < 1 or not 0 <= self.overlap < self.length:
            raise ValueError(
                f'windows.length {self.length}, windows.overlap {self.overlap}: a window has at'
                ' least one frame and shares fewer than its length with the next.'
            )
        if self.delay is not None and not 0 <= self.delay <= self.overlap:
            raise ValueError(
                f'windows.delay {self.delay}: frames that wait for the next window must be in it,'
                f' so 0 to windows.overlap ({self.overlap}).'
            )
        if not 0 <= self.carry_over <= 1:
            raise ValueError(f'windows.carry_over {self.carry_over}: a share, 0 to 1.')

    @property
    def stride(self) -> int:
        """Frames from the beginning of a window to that of the next."""
        return self.length - self.overlap

    @property
    def waiting(self) -> int:
        """Frames that wait for the next window."""
        return self.overlap if self.delay is None else self.delay


@dataclass(frozen=True)
class Window:
    """Frames that are looked at together.

    Attributes:
        start: Its first frame.
        pending: The first frame that has no final answer yet; at least ``start``.
        final: The answers of frames before this one are final afterwards.
        stop: The frame after its last.
    """

    start: int
    pending: int
    final: int
    stop: int


class WindowPlan:
    """Says, as frames come, when a window is complete.

    Args:
        windows: How windows are cut.
    """

    def __init__(self, windows: FrameWindows) -> None:
        self._windows = windows
        self._seen = self._looked = self._final = 0

    def add(self) -> Window | None:
        """Counts one more frame; gives the window that it completes, if any.

        The first window is complete when it holds a stride of frames and those that wait.
        """
        self._seen += 1
        waiting = self._windows.waiting
        due = self._windows.stride + (0 if self._looked else waiting)
        return self._window(waiting) if self._seen - self._looked == due else None

    def close(self) -> Window | None:
        """The last window, if there are frames that none held; full, if the video is long enough.

        Frames that waited are final then, whether there is a window or not.
        """
        return self._window(0) if self._seen > self._looked else None

    def _window(self, waiting: int) -> Window:
        start = max(0, self._seen - self._windows.length)
        window = Window(start, self._final, self._seen - waiting, self._seen)
        self._looked, self._final = self._seen, window.final
        return window
