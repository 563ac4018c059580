"""Instance tracks to look at: a film and a contact sheet."""

from collections.abc import Sequence
from pathlib import Path

from mevis.apis.inference.output import write_overlay, write_png
from mevis.apis.inference.video_source import VideoSource
from mevis.errors import UserError
from mevis.structures import InstanceMasks
from mevis.structures.instance_file import read_instance_file
from mevis.visualization import Strip, colour_of, draw_sheet, spread


def read_tracks(path: str | Path, video: str) -> InstanceMasks:
    """Reads a file of tools/extract_instance_masks.py.

    Args:
        path: The file, or the folder that holds ``<video>.json``.
        video: Name of the video.

    Raises:
        UserError: If there is no such file or it is damaged.
    """
    path = Path(path)
    if path.is_dir():
        path = path / f'{video}.json'
    if not path.is_file():
        raise UserError(
            f'{path}: no such file. Name a file of tools/extract_instance_masks.py, or a folder'
            ' that holds the one of this video.'
        )
    return read_instance_file(path).instances


def at_least(instances: InstanceMasks, min_score: float) -> InstanceMasks:
    """The tracks with a score that is not lower."""
    return instances.take([k for k, score in enumerate(instances.scores) if score >= min_score])


def draw_instances(
    source: VideoSource,
    instances: InstanceMasks,
    folder: str | Path,
    classes: Sequence[str] = (),
) -> list[Path]:
    """Writes ``overlay.mp4`` and ``sheet.png``; each track has a colour of its own.

    Args:
        source: The video.
        instances: Its tracks; none at all is an answer too.
        folder: Where to.
        classes: Names of the categories, in the order of their indices.

    Returns:
        The two files.

    Raises:
        UserError: If the tracks are those of another video.
    """
    count, size = _extent(source)
    if tuple(instances.size) != size or instances.num_frames not in (0, count):
        raise UserError(
            f'{source.name}: {count} frames of {size[0]}x{size[1]} (height x width), but the tracks'
            f' are of {instances.num_frames} frames of {instances.size[0]}x{instances.size[1]}.'
            ' They are those of another video.'
        )
    names = instances.ids or range(len(instances))
    texts = [
        f'{name}: {_category(category, classes)}, score {score:.2f}'
        for name, category, score in zip(names, instances.categories, instances.scores, strict=True)
    ]
    film, sheet = Path(folder) / 'overlay.mp4', Path(folder) / 'sheet.png'
    times, aspect = source.frame_times(count), source.pixel_aspect
    write_overlay(film, source, source.fps, size, texts, instances.rles, times, aspect)
    strips = [
        Strip(text, colour_of(index), rles)
        for index, (text, rles) in enumerate(zip(texts, instances.rles, strict=True))
    ]
    positions = spread(count, 6)
    names = source.frame_names(count)
    titles = [f'frame {names[position]}' for position in positions]
    strips = strips or [Strip('no instance found', colour_of(0), None)]
    write_png(sheet, draw_sheet(source.read, size, positions, titles, strips))
    return [film, sheet]


def _category(index: int, classes: Sequence[str]) -> str:
    if index < 0:
        return 'object'
    return classes[index] if index < len(classes) else f'category {index}'


def _extent(source: VideoSource) -> tuple[int, tuple[int, int]]:
    """Number and (H, W) of the frames; a video file does not say reliably."""
    count, size = 0, (0, 0)
    for frame in source:
        count, size = count + 1, frame.shape[:2]
    return count, size
