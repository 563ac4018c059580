"""What is written about the answers to a video: pictures, a film, masks, JSON."""

import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from mevis.apis.inference.frame_source import VideoSource
from mevis.structures import ExpressionPrediction, decode_rle
from mevis.structures.atomic_folder import atomic_folder
from mevis.structures.atomic_write import atomic_write_bytes, atomic_write_text
from mevis.visualization import (
    Caption,
    FramePainter,
    Strip,
    colour_of,
    draw_sheet,
    spread,
    write_video,
)

OnFrame = Callable[[int], None]
MARKER = 'result.json'
"""Says that a folder was written here."""
CONTENTS = (MARKER, 'overlay.mp4', 'sheet.png', 'masks', 'tracks')
_LONGEST = 240


class AnsweredVideo(Protocol):
    """What is drawn and written of a result; see :class:`InferenceResult`."""

    fps: float
    size: tuple[int, int]
    frame_names: list[str]
    predictions: list[ExpressionPrediction]
    frame_times: list[float]
    source: VideoSource

    def to_dict(self) -> dict[str, Any]:
        """The answers, JSON-ready."""


def overlay_frames(
    frames: Iterable[np.ndarray],
    size: tuple[int, int],
    texts: Sequence[str],
    tracks: Sequence[Sequence[Any]],
) -> Iterator[np.ndarray]:
    """Draws masks on frames, one frame at a time.

    Args:
        frames: T frames (H, W, 3) uint8 RGB.
        size: (H, W).
        texts: The sentences, which are written below.
        tracks: One per sentence: T RLEs, None where the object is absent.

    Yields:
        Pictures (H', W', 3) uint8 RGB, the sentences included.
    """
    painter = FramePainter(size, [Caption(text, colour_of(i)) for i, text in enumerate(texts)])
    for position, frame in enumerate(frames):
        masks = decode_rle([track[position] for track in tracks], size, f'frame {position}')
        yield painter(frame, list(masks))


def write_overlay(
    path: str | Path,
    frames: Any,
    fps: float,
    size: tuple[int, int],
    texts: Sequence[str],
    tracks: Sequence[Sequence[Any]],
    times: Sequence[float] | None = None,
    pixel_aspect: Fraction = Fraction(1),
) -> None:
    """Writes a film of the frames with the masks on them and the sentences below.

    Args:
        path: An ``.mp4``.
        frames: Iterable of T frames (H, W, 3) uint8 RGB; one is in memory at a time.
        fps: Frames per second.
        size: (H, W).
        texts: The sentences.
        tracks: One per sentence: T RLEs, None where the object is absent.
        times: When each frame is shown, seconds; None: ``fps`` says it.
        pixel_aspect: Width of a pixel by its height, for the player.
    """
    timing = None if times is None or _even(times, fps) else times
    with write_video(path, fps, pixel_aspect=pixel_aspect, times=timing) as writer:
        for picture in overlay_frames(frames, size, texts, tracks):
            writer.write(picture)


def write_result(
    result: AnsweredVideo, folder: str | Path, on_frame: OnFrame = lambda done: None
) -> list[Path]:
    """Writes all there is to see about a result: everything, or nothing.

    Args:
        result: The answers.
        folder: Where to; one of earlier answers is replaced as a whole.
        on_frame: Told after each frame of the film how many are done.

    Returns:
        The film, the contact sheet, one folder of PNG masks per sentence, and the JSON file.

    Raises:
        UserError: If the folder holds files of others.
        OSError: If the folder cannot be written.
    """
    with atomic_folder(folder, MARKER, CONTENTS) as new:
        paths = _write_files(result, new, on_frame)
        names = [path.relative_to(new) for path in paths]
    return [Path(folder) / name for name in names]


def _write_files(result: AnsweredVideo, folder: Path, on_frame: OnFrame) -> list[Path]:
    texts = [answer.text for answer in result.predictions]
    tracks = [answer.rles for answer in result.predictions]
    film, sheet, answers = (folder / name for name in ('overlay.mp4', 'sheet.png', MARKER))
    frames = _counted(result.source, on_frame)
    write_overlay(
        film,
        frames,
        result.fps,
        result.size,
        texts,
        tracks,
        result.frame_times,
        result.source.pixel_aspect,
    )
    write_png(sheet, _sheet(result))
    masks = []
    for index, answer in enumerate(result.predictions):
        masks.append(folder / 'masks' / f'{index}_{_file_name(answer.text)}')
        for name, rle in zip(result.frame_names, answer.rles, strict=True):
            mask = decode_rle([rle], result.size, answer.text)[0]
            write_png(masks[-1] / f'{name}.png', mask.astype(np.uint8) * 255)
    atomic_write_text(answers, json.dumps(result.to_dict()) + '\n')
    return [film, sheet, *masks, answers]


def _even(times: Sequence[float], fps: float) -> bool:
    """Whether the times are those of a constant rate."""
    return all(abs(time - index / fps) < 0.25 / fps for index, time in enumerate(times))


def _counted(frames: Iterable[np.ndarray], on_frame: OnFrame) -> Iterator[np.ndarray]:
    for done, frame in enumerate(frames, 1):
        yield frame
        on_frame(done)


def write_png(path: Path, picture: np.ndarray) -> None:
    """Writes a picture (H, W) or (H, W, 3) uint8."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, 'PNG')
    atomic_write_bytes(path, stream.getvalue(), durable=False)


def free_folder(folder: str | Path, source: str) -> Path:
    """Where answers about a video go that is called as others are: ``clip``, ``clip-2``, ...

    Args:
        folder: By the video's name, which is shortened to what file systems take.
        source: Where the video is.

    Returns:
        The first folder of these that holds no answers about another video.
    """
    folder = Path(folder)
    for number in count(1):
        ending = '' if number == 1 else f'-{number}'
        place = folder.with_name(_shortened(folder.name, _LONGEST - len(ending)) + ending)
        if not (place / MARKER).is_file() or answered_source(place) == source:
            return place
    raise AssertionError('unreachable')


def answered_source(folder: str | Path) -> str | None:
    """Which video the answers of a folder are about; None where they do not say it."""
    try:
        return json.loads((Path(folder) / MARKER).read_bytes())['source']
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _shortened(name: str, room: int) -> str:
    """A name that fits; two long names stay two by a sum at the end."""
    data = name.encode(errors='surrogateescape')
    if len(data) <= room:
        return name
    kept = data[: room - 9].decode(errors='ignore')
    return f'{kept}-{zlib.crc32(data):08x}'


def _sheet(result: AnsweredVideo) -> np.ndarray:
    positions = spread(len(result.frame_names), 6)
    titles = [f'frame {result.frame_names[position]}' for position in positions]
    strips = [
        Strip(f'{answer.text} (score {answer.score:.2f})', colour_of(index), answer.rles)
        for index, answer in enumerate(result.predictions)
    ]
    return draw_sheet(result.source.read, result.size, positions, titles, strips)


def _file_name(text: str) -> str:
    """The sentence with nothing in it that a file system minds."""
    return re.sub(r'[^\w-]+', '-', text.lower()).strip('-')[:60] or 'sentence'
