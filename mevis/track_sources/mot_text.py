"""Boxes as every tracker writes them: the text files of MOTChallenge."""

import codecs
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mevis.boundary.files import regular_file
from mevis.errors import UserError

MOST_ENTRIES = 50_000_000
"""Tracks times frames; more is no video but a column in the wrong place."""

MOST_FRAMES = 1_000_000
"""Nine hours at 30 frames per second."""
FARTHEST = 1_000_000
"""Pixels; no picture is that large."""

_NUMBER = re.compile(r'[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?')
_LARGEST_ID = 2**53
_COLUMNS = ('frame', 'id', 'left', 'top', 'width', 'height')


@dataclass(frozen=True)
class MotBoxes:
    """The boxes of K tracks in T frames.

    Attributes:
        path: The file.
        ids: K ids, rising.
        boxes: (K, T, 4) float64, (left, top, right, bottom) pixels; zeros where absent.
        lines: (K, T) int64, the line of each box, from 1; 0 where there is none.
        scores: (K,) float64 in [0, 1]: the mean confidence, 1 where the file has none.
    """

    path: Path
    ids: tuple[int, ...]
    boxes: np.ndarray
    lines: np.ndarray
    scores: np.ndarray

    def clipped(self, size: tuple[int, int]) -> np.ndarray:
        """The parts inside the picture, (K, T, 4); zeros where nothing is inside.

        Args:
            size: (H, W), pixels.

        Raises:
            UserError: If more than a tenth of the boxes have their centre outside: the boxes are
                those of another size.
        """
        height, width = size
        centres = (self.boxes[..., :2] + self.boxes[..., 2:]) / 2
        outside = ((centres < 0) | (centres > (width, height))).any(-1) & (self.lines > 0)
        if outside.sum() > 0.1 * (self.lines > 0).sum():
            raise UserError(
                f'{self.path}, line {self.lines[outside].min()}: the centre of the box is outside'
                f' of a picture of {width}x{height} (width x height), and so are {outside.sum()} of'
                f' {(self.lines > 0).sum()}. Give the size of the video that was tracked.'
            )
        boxes = np.clip(self.boxes, 0, [width, height, width, height])
        boxes[(boxes[..., 2:] <= boxes[..., :2]).any(-1)] = 0
        return boxes


def read_mot_text(path: str | Path, num_frames: int | None = None) -> MotBoxes:
    """Reads ``frame,id,left,top,width,height[,confidence,...]``, one box per line, in any order.

    Frames count from 1; columns may be parted by white space instead of commas; what follows the
    seventh is not read.

    Args:
        path: The file.
        num_frames: Frames of the video;
            up to the last box if None.

    Raises:
        UserError: Names the line and what is wrong in it.
    """
    path = Path(path)
    entries: dict[tuple[int, int], tuple[int, list[float]]] = {}
    for number, text in enumerate(_lines(path), 1):
        if not text.strip():
            continue
        place = f'{path}, line {number}'
        values = _numbers(text, place)
        frame, track = _place_of(values, place)
        if num_frames is not None and frame > num_frames:
            raise UserError(f'{place}: frame {frame}, but the video has {num_frames} frames.')
        if (frame, track) in entries:
            raise UserError(
                f'{place}: frame {frame} has a box of id {track} already, in line'
                f' {entries[frame, track][0]}.'
            )
        entries[frame, track] = number, values
    if not entries:
        raise UserError(f'{path}: no line with a box ({",".join(_COLUMNS)},...).')
    return _arrange(path, entries, num_frames)


def _place_of(values: list[float], place: str) -> tuple[int, int]:
    """Frame and id of a line whose box can be one.

    Raises:
        UserError: Names the line and the column.
    """
    frame, track = _whole(values[0], 'frame', place), _whole(values[1], 'id', place)
    if frame < 1:
        raise UserError(f'{place}: frame {values[0]:.10g}; frames count from 1.')
    if frame > MOST_FRAMES:
        raise UserError(f'{place}: frame {values[0]:.10g}; {MOST_FRAMES} at most.')
    if track > _LARGEST_ID:
        raise UserError(f'{place}: id {values[1]:g}; {_LARGEST_ID} at most.')
    if track < 0:
        raise UserError(
            f'{place}: id {values[1]:.10g}: a detection that belongs to no track. Run a tracker'
            ' first.'
        )
    if values[4] <= 0 or values[5] <= 0:
        raise UserError(
            f'{place}: width and height must be above 0, not {values[4]:g} and {values[5]:g}.'
        )
    if max(map(abs, values[2:6])) > FARTHEST:
        name = _COLUMNS[max(range(2, 6), key=lambda index: abs(values[index]))]
        raise UserError(f'{place}: {name} is beyond {FARTHEST} pixels.')
    return frame, track


def _arrange(
    path: Path, entries: dict[tuple[int, int], tuple[int, list[float]]], num_frames: int | None
) -> MotBoxes:
    ids = tuple(sorted({track for _, track in entries}))
    last = max(entries)[0]
    if len(ids) * last > MOST_ENTRIES:
        raise UserError(
            f'{path}, line {entries[max(entries)][0]}: frame {last} with {len(ids)} tracks is more'
            f' than a video has. The columns must be {",".join(_COLUMNS)}.'
        )
    shape = (len(ids), num_frames or last)
    boxes, lines, confidences = np.zeros((*shape, 4)), np.zeros(shape, int), np.zeros(shape)
    row = {track: k for k, track in enumerate(ids)}
    for (frame, track), (number, values) in entries.items():
        left, top, width, height = values[2:6]
        place = row[track], frame - 1
        boxes[place] = left, top, left + width, top + height
        lines[place] = number
        confidence = values[6] if len(values) > 6 else 1
        # -1 says that there is none; some trackers write scores of other ranges.
        confidences[place] = confidence if 0 <= confidence <= 1 else 1
    scores = confidences.sum(1) / (lines > 0).sum(1)
    return MotBoxes(path, ids, boxes, lines, scores)


def _lines(path: Path) -> list[str]:
    try:
        data = regular_file(path).read_bytes()
        # Editors on Windows save so.
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return data.decode('utf-16' if wide else 'utf-8-sig').splitlines()
    except UnicodeDecodeError as error:
        raise UserError(f'{path}: no text ({error}).') from error


def _numbers(text: str, place: str) -> list[float]:
    parts = text.split(',') if ',' in text else text.split()
    if len(parts) < len(_COLUMNS):
        raise UserError(
            f'{place}: {len(parts)} columns, but {",".join(_COLUMNS)} are needed.'
            f' Found {text.strip()[:60]!r}.'
        )
    values = []
    for name, part in zip((*_COLUMNS, 'confidence'), parts, strict=False):
        # float() also takes 1_0 and the digits of other scripts, which other programs do not.
        value = float(part) if _NUMBER.fullmatch(part.strip()) else math.nan
        if not math.isfinite(value):
            raise UserError(f'{place}: {name} is {part.strip()[:30]!r}, not a number.')
        values.append(value)
    return values


def _whole(value: float, name: str, place: str) -> int:
    if not value.is_integer():
        raise UserError(f'{place}: {name} is {value:g}, not a whole number.')
    return int(value)
