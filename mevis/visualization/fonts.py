"""Letters of every script in pictures, as far as there is a font for them."""

import importlib.util
import logging
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from mmengine.logging import print_log
from PIL import ImageDraw, ImageFont

from mevis.visualization.reading_order import visual_order

FONT_VARIABLE = 'MEVIS_FONT'
"""Of the environment: a font that is looked into first."""
_PACKAGES = ('manimgx_fonts', 'manimgx_fonts_cjk')
_ENDINGS = ('.ttf', '.otf', '.ttc')
_OUTLINES = ('glyf', 'CFF ', 'CFF2')
_MOST_FONTS = 300
_INVISIBLE = ('Cf', 'Mn', 'Me')


def text_length(text: str, size: int) -> float:
    """Width of a line, pixels."""
    return sum(_font(path, size).getlength(run) for path, run in _runs(text))


def draw_text(
    draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, ink: tuple, size: int
) -> None:
    """Draws a line; a letter that no font has is written as its code (``U+7EA2``).

    Scripts from right to left are drawn in their order, Arabic joined (:func:`visual_order`); other
    scripts whose letters join are drawn letter by letter.

    Args:
        draw: Onto what.
        place: (x, y) of the upper left corner.
        text: The line.
        ink: RGB.
        size: Pixels.
    """
    x, baseline = float(place[0]), place[1] + _font(None, size).getmetrics()[0]
    for path, run in _runs(text):
        font = _font(path, size)
        draw.text((x, baseline), run, ink, font, anchor='ls')
        x += font.getlength(run)


def _runs(text: str) -> Iterator[tuple[Path | None, str]]:
    """Parts of a text with the font of each; None is that of Pillow."""
    shown = [part for letter in visual_order(text) for part in _shown(letter)]
    for path, letters in groupby(shown, lambda one: one[0]):
        yield path, ''.join(letter for _, letter in letters)


@cache
def _shown(letter: str) -> list[tuple[Path | None, str]]:
    if letter.isascii() and letter.isprintable():
        return [(None, letter)]
    if ord(letter) in _letters_of_pillow():
        return [(None, letter)]
    category = unicodedata.category(letter)
    if category == 'Cf' and unicodedata.bidirectional(letter) not in ('AN', 'AL'):
        return []  # tells its neighbours how to join or turn; some fonts draw a sign for it
    path = None if category in ('Cc', 'Cs') else _font_with(letter)
    if path is not None:
        return [(path, letter)]
    if category in _INVISIBLE:
        return []
    plain = unicodedata.normalize('NFKC', letter)
    if plain != letter:  # a joined form, where a font has the letter alone
        return [part for one in plain for part in _shown(one)]
    if category != 'Cc':
        _say_that_none_has(letter)
    return [(None, part) for part in letter.encode('unicode_escape').decode('ascii')]


@cache
def _font(path: Path | None, size: int) -> ImageFont.FreeTypeFont:
    if path is None:
        return ImageFont.load_default(size)  # comes with Pillow, so that it is the same everywhere
    # Other layouts ask libraries that have crashed over fonts of emoji.
    font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    axes = _axes(path)
    if axes:
        font.set_variation_by_axes(list(axes))
    return font


@cache
def _letters_of_pillow() -> frozenset[int]:
    from io import BytesIO

    from fontTools.ttLib import TTFont

    data = getattr(ImageFont.load_default(12), 'font_bytes', None)
    if data is None:
        return frozenset(range(32, 0x250))
    return frozenset(TTFont(BytesIO(data), lazy=True).getBestCmap())


@cache
def _letters(path: Path) -> frozenset[int]:
    """What a font has outlines for; nothing for one that cannot be read."""
    from fontTools.ttLib import TTFont

    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            if not any(table in font for table in _OUTLINES):
                return frozenset()  # pictures of one size, as of coloured emoji
            letters = frozenset(font.getBestCmap() or ())
        _font(path, 12)
    except Exception:  # a damaged font of the system is no reason to end
        return frozenset()
    return letters


@cache
def _axes(path: Path) -> tuple[float, ...]:
    """Where a font can be varied: as it is, and of ordinary weight."""
    from fontTools.ttLib import TTFont

    with TTFont(path, fontNumber=0, lazy=True) as font:
        axes = font['fvar'].axes if 'fvar' in font else ()
        return tuple(400 if axis.axisTag == 'wght' else axis.defaultValue for axis in axes)


def _font_with(letter: str) -> Path | None:
    return next((path for path in _candidates(letter) if ord(letter) in _letters(path)), None)


def _candidates(letter: str) -> Iterator[Path]:
    named = os.environ.get(FONT_VARIABLE)
    if named:
        yield Path(named)
    yield from _packaged()
    yield from _of_the_system(f'{ord(letter):x}')


@cache
def _packaged() -> tuple[Path, ...]:
    """Fonts of Python packages (``pip install mevis[fonts]``)."""
    found = []
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            found += sorted(Path(spec.origin).parent.glob('*.[to]t[fc]'), key=_preference)
    return tuple(found)


def _of_the_system(code: str) -> list[Path]:
    """Fonts that fontconfig names for a letter; without fontconfig, those in the usual places."""
    program = shutil.which('fc-list')
    if program is None:
        return _all_of_the_system()
    command = [program, f':charset={code}', '--format=%{file}\\n']
    try:
        said = subprocess.run(command, capture_output=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return _all_of_the_system()
    paths = {Path(os.fsdecode(line)) for line in said.splitlines() if line}
    return sorted((one for one in paths if one.suffix.lower() in _ENDINGS), key=_preference)


@cache
def _all_of_the_system() -> list[Path]:
    from matplotlib.font_manager import findSystemFonts

    return sorted(map(Path, findSystemFonts()), key=_preference)[:_MOST_FONTS]


def _preference(path: Path) -> tuple:
    """Plain fonts first, then by name, so that pictures of one machine are the same."""
    name = path.name.lower()
    marks = ('italic', 'oblique', 'bold', 'light', 'thin', 'black', 'serif', 'mono', 'condensed')
    return sum(mark in name for mark in marks), name, str(path)


@cache
def _say_that_none_has(letter: str) -> None:
    print_log(
        f'captions: no font here has {letter!r} (U+{ord(letter):04X}), which is written as its'
        f" code. Install fonts (pip install 'mevis[fonts]', or fonts-noto-cjk of the system), or"
        f' name one in the variable {FONT_VARIABLE}.',
        'current',
        logging.WARNING,
    )
