"""Where the frames of a split lie, whatever picture format they have."""

from functools import cached_property
from pathlib import Path

from mevis.boundary.tar_members import TarMembers, tar_members

ENDINGS = ('.jpg', '.png', '.jpeg', '.webp', '.bmp', '.JPG', '.PNG', '.JPEG')
"""Of frames, in the order in which they are looked for."""


class FrameFiles:
    """``<folder>/<video>/<frame>.jpg``, or with another of ``ENDINGS``, one per video.

    Where there is no such folder but ``<folder>.tar``, frames are read from the archive in place;
    their paths are then ``<folder>.tar/<video>/<frame>.jpg``.

    Args:
        folder: Usually ``JPEGImages`` of a split.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._endings: dict[str, str] = {}

    @cached_property
    def root(self) -> Path:
        """The folder, or the archive in its place."""
        archive = self.folder.with_name(f'{self.folder.name}.tar')
        return archive if not self.folder.is_dir() and archive.is_file() else self.folder

    @property
    def archive(self) -> TarMembers | None:
        """The archive that is read in place; None for a folder.

        Raises:
            UserError: If it is damaged or compressed.
        """
        return None if self.root is self.folder else tar_members(self.root)

    def path(self, video: str, frame_name: str) -> Path:
        """The file of a frame; where there is none, the name that it should have."""
        ending = self._endings.get(video)
        if ending is None:
            ending = self.ending(video, frame_name)
            if ending is None:
                return self.root / video / f'{frame_name}.jpg'
            # Looked for once, as a dataset on a network is asked for millions of frames.
            self._endings[video] = ending
        return self.root / video / f'{frame_name}{ending}'

    def ending(self, video: str, frame_name: str) -> str | None:
        """The ending that a frame has on disk; None if it is not there."""
        archive, folder = self.archive, self.folder / video
        if archive is not None:
            return next((e for e in ENDINGS if f'{video}/{frame_name}{e}' in archive), None)
        return next((e for e in ENDINGS if (folder / f'{frame_name}{e}').is_file()), None)

    def videos(self) -> list[str]:
        """Names of the files and folders beside one another, sorted.

        Raises:
            OSError: If there is neither folder nor archive.
        """
        archive = self.archive
        if archive is not None:
            return archive.top()
        return sorted(path.name for path in self.folder.iterdir())

    def files_of(self, video: str) -> list[str] | None:
        """Names of the files of a video, sorted; None if it has no folder."""
        archive, folder = self.archive, self.folder / video
        if archive is not None:
            return archive.folder(video) or None
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else None
