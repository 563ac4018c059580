"""Writes MovingShapes in MeViS format, one split at a time."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mevis.boundary.json_file import read_json
from mevis.datasets.moving_shapes.grammar import KINDS, compose_sentences
from mevis.datasets.moving_shapes.paths import Arena
from mevis.datasets.moving_shapes.render import render_scene, visible_shares
from mevis.datasets.moving_shapes.scene import Scene, build_scene
from mevis.datasets.moving_shapes.youtube_vis import youtube_vis_annotations
from mevis.errors import UserError
from mevis.structures import encode_rle
from mevis.structures.atomic_write import atomic_write_text, errors_naming
from mevis.structures.folder_lock import FolderLock
from mevis.structures.process_pool import map_in_processes

SPLITS = ('train', 'valid_u', 'valid', 'test')
WITHOUT_TRUTH = ('valid', 'test')
_VERSION = 1
_DELETE = 'Delete the folder and make it again.'


@dataclass(frozen=True)
class Recipe:
    """What fixes a split, down to the bytes of its annotations.

    Attributes:
        num_videos: How many; a longer split begins with the videos of a shorter one.
        seed: Of everything.
        height: Of the frames, in pixels.
        width: Of the frames, in pixels.
        num_frames: Of each video.
        kinds: Kinds of sentence.
        sentences: Fewest and most sentences per video.
        no_target: Share of sentences without a target in their video.
        version: Of the generator.
    """

    num_videos: int
    seed: int = 0
    height: int = 128
    width: int = 192
    num_frames: int = 24
    kinds: tuple[str, ...] = KINDS
    sentences: tuple[int, int] = (6, 8)
    no_target: float = 0.0
    version: int = _VERSION

    def __post_init__(self) -> None:
        """Refuses what cannot be made."""
        unknown = sorted(set(self.kinds) - set(KINDS))
        if unknown or not self.kinds:
            raise UserError(f'kinds: {", ".join(unknown) or "none"}; known: {", ".join(KINDS)}.')
        if min(self.height, self.width) < 48 or max(self.height, self.width) > 2048:
            raise UserError(
                f'{self.height}x{self.width}: height and width must be from 48 to 2048 pixels.'
            )
        if not 12 <= self.num_frames <= 1000:
            raise UserError(f'num_frames={self.num_frames}: motions need 12 frames, 1000 at most.')
        if not 1 <= self.sentences[0] <= self.sentences[1]:
            raise UserError(f'sentences={self.sentences}: fewest and most, at least 1.')
        if not 0 <= self.no_target < 1:
            raise UserError(f'no_target={self.no_target}: a share from 0 to below 1.')
        if self.num_videos < 1:
            raise UserError(f'num_videos={self.num_videos}: at least 1.')


def write_split(
    root: str | Path,
    split: str,
    recipe: Recipe,
    workers: int = 1,
    on_video: Callable[[int], None] | None = None,
    youtube_vis: bool = False,
) -> Path:
    """Writes a split; the result does not depend on the number of workers.

    A run that was cut off is continued by the same call; the annotations come last, so that an
    unfinished split is never taken for a whole one.

    Args:
        root: Folder of the dataset.
        split: 'train', 'valid_u', or, without ground truth, 'valid' and 'test'.
        recipe: What to make.
        workers: Processes.
        on_video: Called with the number of videos done.
        youtube_vis: Also write ``instances.json`` in YouTube-VIS format.

    Returns:
        The folder of the split.

    Raises:
        UserError: If the folder holds something else, or another process writes into it.
        OSError: If something cannot be written; names the file.
    """
    if split not in SPLITS:
        raise UserError(f'{split}: no such split; known: {", ".join(SPLITS)}.')
    folder = Path(root) / split
    _check_root(Path(root))
    with FolderLock(folder), errors_naming(folder):
        return _write_split(folder, split, recipe, workers, on_video, youtube_vis)


def _write_split(
    folder: Path,
    split: str,
    recipe: Recipe,
    workers: int,
    on_video: Callable[[int], None] | None,
    youtube_vis: bool,
) -> Path:
    whole = _check_recipe(folder, recipe)
    names = [f'{split}_{index:05d}' for index in range(recipe.num_videos)]
    if whole and (folder / 'instances.json').is_file() >= youtube_vis:
        if on_video:
            on_video(len(names))
        return folder
    parts = folder / '.parts'
    parts.mkdir(exist_ok=True)
    missing = [index for index, name in enumerate(names) if not (parts / f'{name}.json').is_file()]
    done = len(names) - len(missing)
    work = partial(_write_video, folder, split, recipe)
    for _ in _each(work, missing, workers):
        done += 1
        if on_video:
            on_video(done)
    _write_annotations(folder, split, names, youtube_vis)
    shutil.rmtree(parts)
    return folder


def _each(work: Callable[[int], None], items: list[int], workers: int) -> Iterator[None]:
    yield from map_in_processes(work, items, min(workers, len(items)))


def _check_root(root: Path) -> None:
    """A folder with other things, and no split of ours, is somebody else's."""
    if not root.is_dir() or any((root / split / 'recipe.json').is_file() for split in SPLITS):
        return
    found = [path for path in root.iterdir() if path.name[0] != '.']
    foreign = sorted(path.name for path in found if path.name not in SPLITS or _holds_files(path))
    if foreign:
        raise UserError(
            f'{root}: holds {", ".join(foreign[:3])}{", ..." if len(foreign) > 3 else ""}, files'
            ' that are not of MovingShapes; choose a new or empty folder.'
        )


def _holds_files(folder: Path) -> bool:
    return not folder.is_dir() or any(path.name[0] != '.' for path in folder.iterdir())


def _check_recipe(folder: Path, recipe: Recipe) -> bool:
    """Whether the split is whole; writes down the recipe of a new one."""
    file = folder / 'recipe.json'
    wanted = json.loads(json.dumps(asdict(recipe)))
    if file.is_file():
        found = read_json(file, dict[str, Any], _DELETE)
        differing = [key for key in wanted if found.get(key) != wanted[key]]
        if differing:
            key = differing[0]
            raise UserError(
                f'{folder}: was made with {key}={found.get(key)}, now {key}={wanted[key]} is asked'
                ' for; choose another folder or delete this one.'
            )
        return (folder / 'meta_expressions.json').is_file()
    if folder.is_dir() and _holds_files(folder):
        raise UserError(
            f'{folder}: holds files that are not of MovingShapes; choose another folder.'
        )
    atomic_write_text(file, json.dumps(wanted, indent=1) + '\n')
    return False


def make_video(
    split: str, recipe: Recipe, index: int
) -> tuple[np.ndarray, np.ndarray, Scene, list]:
    """Frames (T, H, W, 3), masks (objects, T, H, W), scene and sentences of one video."""
    rng = np.random.default_rng([recipe.seed, SPLITS.index(split), index])
    arena = Arena(recipe.height, recipe.width, recipe.num_frames)
    while True:
        scene = build_scene(rng, arena)
        frames, masks, whole = render_scene(scene)
        sentences = compose_sentences(
            rng,
            scene,
            visible_shares(masks, whole),
            recipe.kinds,
            recipe.sentences,
            recipe.no_target,
        )
        if sentences:  # else the scene offers none of the kinds that are wanted
            return frames, masks, scene, sentences


def _write_video(folder: Path, split: str, recipe: Recipe, index: int) -> None:
    cv2.setNumThreads(1)
    name = f'{split}_{index:05d}'
    frames, masks, scene, sentences = make_video(split, recipe, index)
    images = folder / 'JPEGImages' / name
    images.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(frames):
        _, data = cv2.imencode('.jpg', frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        path = images / f'{number:05d}.jpg'
        with errors_naming(path):
            path.write_bytes(data.tobytes())
    part = {
        'frames': [f'{number:05d}' for number in range(len(frames))],
        'masks': [
            [rle if seen else None for rle, seen in zip(encode_rle(tube), visible, strict=True)]
            for tube, visible in zip(masks, masks.any((2, 3)), strict=True)
        ],
        'scene': scene_record(scene, masks),
        'sentences': [asdict(sentence) for sentence in sentences],
    }
    atomic_write_text(folder / '.parts' / f'{name}.json', json.dumps(part))


def scene_record(scene: Scene, masks: np.ndarray | None = None) -> dict[str, Any]:
    """Trajectories and motions of a scene, for oracles and baselines."""
    relation = scene.relation
    return {
        'size': [scene.arena.height, scene.arena.width],
        'objects': [
            {
                **item.look.to_dict(),
                'motion': item.motion,
                'part': item.part,
                'centres': np.round(item.path.centres, 2).tolist(),
                'diameters': np.round(item.look.diameter * item.path.scale, 2).tolist(),
                **({} if masks is None else {'pixels': masks[index].sum((1, 2)).tolist()}),
            }
            for index, item in enumerate(scene.objects)
        ],
        'depth': scene.depth,
        'relation': None if relation is None else asdict(relation),
    }


def _write_annotations(folder: Path, split: str, names: list[str], youtube_vis: bool) -> None:
    videos, masks, scenes, tracks = {}, {}, {}, []
    first = 0
    truth = split not in WITHOUT_TRUTH
    for vid_id, name in enumerate(names):
        part = read_json(folder / '.parts' / f'{name}.json', dict[str, Any], _DELETE)
        expressions = {}
        for exp_id, sentence in enumerate(part['sentences']):
            entry: dict[str, Any] = {'exp': sentence['text']}
            if truth:
                entry['obj_id'] = sentence['targets']
                entry['anno_id'] = [first + target for target in sentence['targets']]
                entry['tags'] = sentence['tags']
            expressions[str(exp_id)] = entry
        videos[name] = {'expressions': expressions, 'vid_id': vid_id, 'frames': part['frames']}
        for track in part['masks']:
            masks[str(first)] = track
            first += 1
        scenes[name] = part['scene']
        tracks.append((name, part))
    if truth:
        atomic_write_text(folder / 'mask_dict.json', json.dumps(masks))
        atomic_write_text(folder / 'scenes.json', json.dumps(scenes))
        if youtube_vis:
            text = json.dumps(youtube_vis_annotations(tracks))
            atomic_write_text(folder / 'instances.json', text)
    atomic_write_text(folder / 'meta_expressions.json', json.dumps({'videos': videos}, indent=1))
