"""Where the frames of a split lie, whatever picture format they have."""

from pathlib import Path

ENDINGS = ('.jpg', '.png', '.jpeg', '.webp', '.bmp', '.JPG', '.PNG', '.JPEG')
"""Of frames, in the order in which they are looked for."""


class FrameFiles:
    """``<folder>/<video>/<frame>.jpg``, or with another of ``ENDINGS``, one per video.

    Args:
        folder: Usually ``JPEGImages`` of a split.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._endings: dict[str, str] = {}

    def path(self, video: str, frame_name: str) -> Path:
        """The file of a frame; where there is none, the name that it should have."""
        ending = self._endings.get(video)
        if ending is None:
            ending = self.ending(video, frame_name)
            if ending is None:
                return self.folder / video / f'{frame_name}.jpg'
            # Looked for once, as a data set on a network is asked for millions of frames.
            self._endings[video] = ending
        return self.folder / video / f'{frame_name}{ending}'

    def ending(self, video: str, frame_name: str) -> str | None:
        """The ending that a frame has on disk; None if it is not there."""
        folder = self.folder / video
        return next((e for e in ENDINGS if (folder / f'{frame_name}{e}').is_file()), None)
