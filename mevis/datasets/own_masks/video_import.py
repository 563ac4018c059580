"""One video of an import: its frames, and its masks as one track per object."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mevis.boundary.formats import Mask
from mevis.boundary.names import check_part, is_litter, natural_key, path_below
from mevis.boundary.pictures import picture_size
from mevis.datasets.frame_files import ENDINGS
from mevis.datasets.own_masks.mask_sources import MaskSource
from mevis.errors import UserError
from mevis.structures.atomic_write import atomic_path

MISSING = ('error', 'skip', 'absent')
"""What may be done about frames that nobody annotated."""
_MEND = 'Extract the video again.'


class VideoPart(Struct):
    """What was read of a video.

    Attributes:
        made_of: Changes with what it was read from.
        files: Names of the frames' files, in order.
        tracks: Object -> one mask or null per frame.
    """

    made_of: str
    files: list[str]
    tracks: dict[str, list[Mask]]

    def to_json(self) -> str:
        """The form in which it is kept."""
        return msgspec.json.encode(self).decode()


@dataclass(frozen=True)
class VideoImport:
    """What the import of a video needs.

    Attributes:
        frames: Folder of the videos' folders.
        source: The masks.
        out: ``<root>/<split>``.
        name: The video.
        missing: One of ``MISSING``.
        link: Whether frames are linked instead of copied.
    """

    frames: Path
    source: MaskSource
    out: Path
    name: str
    missing: str
    link: bool

    def made_of(self) -> list[Any]:
        """JSON-ready; the same as long as frames, masks and options are."""
        return [self._frame_files(), self.source.fingerprint(self.name), self.missing]

    def read(self, made_of: str) -> VideoPart:
        """Reads the masks.

        Raises:
            UserError: If they do not fit the frames; names the file.
        """
        files = self._annotated(self._frame_files())
        folder = path_below(self.frames, self.name)
        size = _common_size([folder / file for file in files])
        names = [Path(file).stem for file in files]
        found = self.source.tracks(self.name, names, size)
        tracks = {
            key: [found[key].get(name) for name in names] for key in sorted(found, key=natural_key)
        }
        return VideoPart(made_of, files, tracks)

    def copy_frames(self, files: Sequence[str]) -> None:
        """Puts the frames in their place; those that are there stay."""
        source = path_below(self.frames, self.name)
        target = path_below(self.out / 'JPEGImages', self.name)
        for file in files:
            old, new = source / file, target / file
            if self.link:
                _link(old, new)
            elif not _is_copy(old, new):
                if new.is_symlink():
                    new.unlink()  # or the user's own frame behind it would be replaced
                with atomic_path(new, durable=False) as temporary:
                    shutil.copy2(old, temporary)

    def _frame_files(self) -> list[str]:
        """Names of the frames' files in natural order."""
        folder = path_below(self.frames, self.name)
        if not folder.is_dir():
            raise UserError(f'{folder}: no such folder. Extract the frames of video {self.name}.')
        files = [path.name for path in folder.iterdir() if path.suffix in ENDINGS]
        files = sorted((name for name in files if not is_litter(name)), key=natural_key)
        if not files:
            raise UserError(f'{folder}: no frames in it, that is files {", ".join(ENDINGS[:5])}.')
        endings = sorted({Path(name).suffix for name in files})
        if len(endings) > 1:
            raise UserError(
                f'{folder}: frames end in {" and ".join(endings)}. Keep those of one format.'
            )
        for name in files:
            check_part(Path(name).stem, f'{folder}: frame')
        return files

    def _annotated(self, files: list[str]) -> list[str]:
        """The frames that become part of the dataset."""
        folder = path_below(self.frames, self.name)
        named = {Path(file).stem for file in files}
        annotated = self.source.annotated_frames(self.name)
        strange = sorted(annotated - named, key=natural_key)
        if strange:
            raise UserError(
                f'{folder}: no frame {strange[0]}, though it has a mask ({len(strange)} such'
                f' frames). A mask must be called as its frame, such as {Path(files[0]).stem}.'
            )
        bare = [file for file in files if Path(file).stem not in annotated]
        if bare and self.missing == 'error':
            raise UserError(
                f'{folder}: {len(bare)} of {len(files)} frames have no masks, such as {bare[0]}.'
                ' --missing skip leaves such frames out; --missing absent takes it that no object'
                ' is visible in them.'
            )
        if self.missing == 'skip':
            return [file for file in files if Path(file).stem in annotated]
        return files


def _common_size(frames: Sequence[Path]) -> tuple[int, int]:
    """(H, W) by the headers of all frames."""
    first, *others = ((path, picture_size(path, 'frame', _MEND)) for path in frames)
    for path, size in others:
        if size != first[1]:
            raise UserError(
                f'{path}: the frame is {size[0]}x{size[1]} (height x width), {first[0].name} is'
                f' {first[1][0]}x{first[1][1]}. {_MEND}'
            )
    return first[1]


def _link(old: Path, new: Path) -> None:
    """Links a frame; the link is whole or absent, and a frame never replaces itself."""
    if new.exists() and os.path.samefile(old, new):
        return
    new.parent.mkdir(parents=True, exist_ok=True)
    temporary = new.with_name(f'.{new.name}.part')
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(old.resolve())
    os.replace(temporary, new)


def _is_copy(old: Path, new: Path) -> bool:
    if new.is_symlink() or not new.is_file():
        return False
    first, second = old.stat(), new.stat()
    return (first.st_size, first.st_mtime_ns) == (second.st_size, second.st_mtime_ns)
