"""Pictures from outside: which formats are read, how large they may be, what pixels mean.

Every picture that the framework reads is opened here.
"""

import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

from mevis.boundary.tar_members import open_stored
from mevis.errors import UserError

FORMATS = ('AVIF', 'BMP', 'GIF', 'JPEG', 'PNG', 'PPM', 'TIFF', 'WEBP')
"""What is decoded, whatever a file is called.  Pillow knows more, and starts a program for EPS."""
LIMIT_VARIABLE = 'MEVIS_MAX_PICTURE_PIXELS'
DEFAULT_MAX_PIXELS = 178_956_970
"""Half a gigabyte of RGB; where Pillow stops by itself."""
_PNG_END = b'\0\0\0\0IEND\xaeB`\x82'
_REDUCED_COPY = 254, 1
"""TIFF's tag NewSubfileType, and its bit for a smaller copy of another page."""


def max_pixels() -> int:
    """How many pixels a picture may have: ``$MEVIS_MAX_PICTURE_PIXELS`` or the default.

    Raises:
        UserError: If the variable is no positive number.
    """
    text = os.environ.get(LIMIT_VARIABLE) or str(DEFAULT_MAX_PIXELS)
    if not (text.isascii() and text.isdecimal() and len(text) < 16 and int(text)):
        raise UserError(f'{LIMIT_VARIABLE}={text}: must be a number of pixels, at least 1.')
    return int(text)


@contextmanager
def open_picture(
    source: str | Path | bytes, what: str = 'picture', mend: str = 'Write it again.'
) -> Iterator[Image.Image]:
    """Opens a picture; whatever its decoder raises in the block ends in one line.

    Args:
        source: A file, also one in a tar archive (``JPEGImages.tar/a/0.jpg``), or its bytes.
        what: It is called in messages.
        mend: How to fix a damaged one.

    Yields:
        The picture of Pillow, not decoded yet.

    Raises:
        UserError: If it is missing, damaged, of another format or larger than allowed.
        OSError: If the file may not be read.
    """
    named = 'these bytes' if isinstance(source, bytes) else str(source)
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else open_stored(source)
        with file, _opened(file, named) as image:
            yield image
    except UserError:
        raise
    except FileNotFoundError as error:
        raise UserError(f'{named}: the {what} is missing. {mend}') from error
    except Exception as error:  # decoders raise anything on damaged bytes
        if isinstance(error, OSError) and error.errno is not None:
            error.filename = error.filename or named
            raise
        reason = ' '.join(str(error).split()) or type(error).__name__
        if isinstance(error, Image.UnidentifiedImageError):
            reason = f'none of the formats {", ".join(FORMATS)}'
        raise UserError(f'{named}: the {what} cannot be read ({reason}). {mend}') from error


@contextmanager
def open_mask(
    path: str | Path, what: str = 'mask', mend: str = 'Write it again.'
) -> Iterator[Image.Image]:
    """Opens one mask: a PNG, whole and not animated, whatever its colours are.

    Args:
        path: The file.
        what: It is called in messages.
        mend: How to fix a damaged one.

    Raises:
        UserError: As :func:`open_picture` does, and if the file is of another format (that of JPEG
            changes pixels), animated, or ends before its end.
    """
    with open_picture(path, what, mend) as image:
        if image.format != 'PNG':
            raise UserError(f'{path}: the {what} is a {image.format} inside, not a PNG. {mend}')
        if getattr(image, 'is_animated', False):
            raise UserError(f'{path}: the {what} is an animated PNG; one mask is asked for.')
        with open_stored(path) as file:
            is_whole = has_end(file.read())
        if not is_whole:
            raise UserError(f'{path}: the {what} is cut off: its end is missing. {mend}')
        yield image


def has_end(png: bytes) -> bool:
    """Whether a PNG has its last chunk, without which Pillow takes it too."""
    return _PNG_END in png


def picture_size(
    path: str | Path, what: str = 'picture', mend: str = 'Write it again.'
) -> tuple[int, int]:
    """(height, width) by the header alone.

    Raises:
        UserError: As :func:`open_picture` does.
    """
    with open_picture(path, what, mend) as image:
        return image.height, image.width


def read_rgb(
    path: str | Path, what: str = 'picture', mend: str = 'Write it again.', upright: bool = False
) -> np.ndarray:
    """Reads a picture, whole or not at all.

    Pillow decodes it; it reports a truncated file, which OpenCV would fill up with grey.

    Args:
        path: The file.
        what: It is called in messages.
        mend: How to fix a damaged one.
        upright: Turn it as its EXIF orientation says.

    Returns:
        (H, W, 3) uint8, RGB.

    Raises:
        UserError: As :func:`open_picture` does, and if its values have no stated range.
    """
    with open_picture(path, what, mend) as image:
        return rgb_of(ImageOps.exif_transpose(image) if upright else image, str(path))


def read_all_rgb(path: str | Path) -> Iterator[tuple[np.ndarray, float]]:
    """Reads every frame of an animated picture, every page of a TIFF, one after another.

    A still picture before an animated PNG and the smaller copies of TIFF pages are no frames.

    Yields:
        (H, W, 3) uint8 RGB, upright; and how long it is shown, seconds, 0 where that is not said.

    Raises:
        UserError: As :func:`read_rgb` does.
    """
    with open_picture(path) as image:
        number = 1 if getattr(image, 'default_image', False) else 0
        while True:
            try:
                image.seek(number)
            except EOFError:
                return
            _check_pixels(image, str(path))
            number += 1
            if not _is_reduced_copy(image):
                frame = rgb_of(ImageOps.exif_transpose(image), str(path))
                yield frame, float(image.info.get('duration') or 0) / 1000


def is_stack(path: str | Path) -> bool:
    """Whether a picture is animated or a TIFF of several pages.

    Previews that cameras append to a JPEG do not count.

    Raises:
        UserError: As :func:`open_picture` does.
    """
    with open_picture(path) as image:
        return image.format != 'MPO' and bool(getattr(image, 'is_animated', False))


def rgb_of(image: Image.Image, name: str) -> np.ndarray:
    """The pixels of a picture of any mode, (H, W, 3) uint8 RGB; 16 bits are scaled to 8.

    Raises:
        UserError: If its values have no stated range.
    """
    if image.mode in ('I', 'F') and not (image.mode == 'I' and image.format == 'PPM'):
        kind = '32-bit integer' if image.mode == 'I' else 'floating point'
        raise UserError(
            f'{name}: a picture of {kind} values, whose black and white are not said. Save it'
            ' with 8 or 16 bits per channel.'
        )
    if image.mode == 'I' or image.mode.startswith('I;16'):
        grey = (np.asarray(image).astype(np.uint32) * 255 + 32767) // 65535
        return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
    return np.asarray(image.convert('RGB'))


@contextmanager
def _opened(file: BinaryIO, name: str) -> Iterator[Image.Image]:
    # Pillow's own limit must not come before a larger one that the user has set.
    Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS or 0, max_pixels())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # what they warn of ends in an error below
            image = Image.open(file, formats=_formats())
        with image:
            _check_pixels(image, name)
            yield image
    except Image.DecompressionBombError as error:
        raise UserError(_too_large(name, '')) from error


def _check_pixels(image: Image.Image, name: str) -> None:
    if image.width * image.height > max_pixels():
        raise UserError(_too_large(name, f' ({image.height}x{image.width}, height x width)'))


def _too_large(name: str, size: str) -> str:
    return (
        f'{name}: a picture of more than {max_pixels()} pixels{size}. Make it smaller, or set'
        f' {LIMIT_VARIABLE} to a higher number if there is memory for it.'
    )


@cache
def _formats() -> list[str]:
    """Those that this build of Pillow has."""
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _is_reduced_copy(image: Image.Image) -> bool:
    tags = getattr(image, 'tag_v2', None)
    tag, bit = _REDUCED_COPY
    return image.format == 'TIFF' and tags is not None and bool(int(tags.get(tag, 0)) & bit)
