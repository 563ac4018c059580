"""Where the masks of a video come from: PNGs of all objects, PNGs per object, or JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from mevis.boundary.names import is_litter
from mevis.boundary.pictures import open_mask
from mevis.boundary.rle import Rle
from mevis.datasets.own_masks.coco_masks import CocoMasks
from mevis.errors import UserError
from mevis.structures import encode_rle

Tracks = dict[str, dict[str, Rle]]
"""Object -> frame name -> mask; a frame in which the object is not seen is left out."""
Size = tuple[int, int]
_VOID = 255


class MaskSource(Protocol):
    """Masks by video."""

    def annotated_frames(self, video: str) -> set[str]:
        """Names of the frames of a video that somebody annotated, with or without objects.

        Raises:
            UserError: If the source has nothing about the video.
        """

    def tracks(self, video: str, frame_names: Sequence[str], size: Size) -> Tracks:
        """The objects of a video.

        Args:
            video: Its name.
            frame_names: The annotated frames that are wanted.
            size: (H, W) that the masks must have.

        Raises:
            UserError: If a mask is damaged or has another size; names the file.
        """

    def fingerprint(self, video: str) -> list:
        """JSON-ready; changes if the masks of the video do."""


def open_mask_source(path: Path) -> MaskSource:
    """Opens a folder of PNGs, or a JSON file of COCO or YouTube-VIS.

    Raises:
        UserError: If there is no such file or folder, or it is damaged.
    """
    if path.is_dir():
        return PngMasks(path)
    if path.is_file() and path.suffix.lower() == '.json':
        return CocoMasks(path)
    if path.exists():
        raise UserError(f'{path}: masks are a folder of PNGs or a .json file of COCO/YouTube-VIS.')
    raise UserError(f'{path}: no such folder or file. It should hold the masks.')


class PngMasks:
    """``<video>/<frame>.png`` with object ids as pixels, or ``<video>/<object>/<frame>.png``.

    Each video may have either form.  Pixels of 255 in a palette PNG are void, as in DAVIS; in a
    grey one they are object 255, so that a black and white mask is one object.

    Args:
        folder: Of the videos' folders.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def annotated_frames(self, video: str) -> set[str]:
        """Frames with a PNG, of whatever object."""
        return {path.stem for _, path in self._files(video)}

    def tracks(self, video: str, frame_names: Sequence[str], size: Size) -> Tracks:
        """Reads the PNGs."""
        wanted = set(frame_names)
        tracks: Tracks = {}
        for name, path in self._files(video):
            if name is not None:
                tracks.setdefault(name, {})  # an object that is never seen is one too
            if path.stem not in wanted:
                continue
            for key, mask in _read_objects(path, name, size):
                tracks.setdefault(key, {})[path.stem] = encode_rle(mask[None])[0]
        return tracks

    def fingerprint(self, video: str) -> list:
        """Names, sizes and times of its files."""
        found = []
        for name, path in self._files(video):
            status = path.stat()
            found.append([name, path.name, status.st_size, status.st_mtime_ns])
        return found

    def _files(self, video: str) -> list[tuple[str | None, Path]]:
        """(object or None, PNG) of a video, in order."""
        folder = self.folder / video
        if not folder.is_dir():
            raise UserError(f'{folder}: no such folder, but a sentence is about video {video}.')
        entries = sorted(path for path in folder.iterdir() if not is_litter(path.name))
        flat = [path for path in entries if path.suffix.lower() == '.png']
        folders = [path for path in entries if path.is_dir()]
        if flat and folders:
            raise UserError(
                f'{folder}: has both PNGs ({flat[0].name}) and folders ({folders[0].name}). Use'
                ' one picture of all objects per frame, or one folder per object.'
            )
        found: list[tuple[str | None, Path]] = [(None, path) for path in flat]
        for sub in folders:
            paths = sorted(path for path in sub.iterdir() if path.suffix.lower() == '.png')
            found += [(sub.name, path) for path in paths if not is_litter(path.name)]
        if not found:
            raise UserError(
                f'{folder}: no masks. Expected <frame>.png with object ids, or'
                ' <object>/<frame>.png.'
            )
        return found


def _read_objects(path: Path, name: str | None, size: Size) -> list[tuple[str, np.ndarray]]:
    """The objects that a PNG shows; (H, W) bool each."""
    with open_mask(path, 'mask', 'Export it again.') as image:
        mode = image.mode
        if name is not None and mode in ('RGB', 'RGBA', 'LA'):
            # What drawing programs save: black is background, whatever the opacity.
            pixels = np.asarray(image.convert('RGB')).any(-1)
        elif mode in ('1', 'L', 'P') or mode.startswith('I;16'):
            pixels = np.asarray(image)
        else:
            raise UserError(
                f'{path}: an image of mode {mode}, whose colours are not object ids. Save it as a'
                ' palette or grey PNG whose pixel values are the ids, or use a folder per object.'
            )
    if pixels.shape != tuple(size):
        raise UserError(
            f'{path}: the mask is {pixels.shape[0]}x{pixels.shape[1]} (height x width), the frames'
            f' of its video are {size[0]}x{size[1]}. Export the masks at the size of the frames.'
        )
    if name is not None:
        return [(name, pixels > 0)] if pixels.any() else []
    ids = [int(value) for value in np.unique(pixels) if value]
    if mode == 'P':
        ids = [value for value in ids if value != _VOID]
    return [(str(value), pixels == value) for value in ids]
