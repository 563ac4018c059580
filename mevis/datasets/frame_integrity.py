"""What can be wrong with one frame of a dataset."""

from dataclasses import dataclass
from pathlib import Path

from mevis.boundary.pictures import picture_size
from mevis.boundary.tar_members import open_stored, stored_bytes
from mevis.boundary.video_frames import split_frame
from mevis.datasets.frame_reader import read_frame
from mevis.errors import UserError

Size = tuple[int, int]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        kind: What sort of damage; the same words for the same sort.
        place: The file.
        detail: The key in it, and what is wrong.
        is_error: False: odd, but training and testing work.
    """

    kind: str
    place: str
    detail: str
    is_error: bool = True


def check_frame(path: Path, size: Size | None, fast: bool) -> tuple[Size | None, Problem | None]:
    """Looks at a frame; never raises for damage.

    Args:
        path: The file.
        size: (H, W) of the frames before it; None: not known.
        fast: Looks at the ends of the file instead of decoding it.

    Returns:
        Its (H, W) where it can be read, and what is wrong with it, if anything.
    """
    try:
        num_bytes = stored_bytes(path)
    except (OSError, UserError) as error:  # not there, or no file
        if isinstance(error, UserError) and split_frame(path):  # the video file is damaged
            return None, Problem('frame undecodable', str(path), str(error))
        return None, Problem('frame missing', str(path), 'no such file; extract it')
    if num_bytes == 0:
        return None, Problem('frame empty', str(path), 'file of 0 bytes; extract it again')
    try:
        found = _header_size(path) if fast else read_frame(path).shape[:2]
    except (UserError, OSError, SyntaxError, ValueError) as error:
        reason = str(error).removeprefix(f'{path}: the frame ')
        return None, Problem('frame undecodable', str(path), reason)
    if size is not None and found != size:
        detail = f'(height, width) is {found}, others {size}'
        return found, Problem('frame of another size', str(path), detail)
    return found, None


def without_place(error: Exception, path: Path) -> str:
    """The message of an error without the file that the problem names anyway."""
    if isinstance(error, OSError):
        return f'cannot be read ({error.strerror})'
    return str(error).removeprefix(f'{path}: ')


def _header_size(path: Path) -> Size:
    """Size by the header; a JPEG without its end marker is cut off."""
    if path.suffix.lower() not in ('.jpg', '.jpeg'):
        return picture_size(path, 'frame', 'Extract the file again.')
    with open_stored(path) as file:
        file.seek(-min(64, stored_bytes(path)), 2)
        if b'\xff\xd9' not in file.read():
            raise ValueError('the file is truncated: its end marker is missing')
    return picture_size(path, 'frame', 'Extract the file again.')
