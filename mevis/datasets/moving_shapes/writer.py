"""MovingShapes on disk, in MeViS format."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import count as counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mevis.datasets.moving_shapes.grammar import describe
from mevis.datasets.moving_shapes.render import render
from mevis.datasets.moving_shapes.scene import draw_scene
from mevis.errors import UserError
from mevis.structures import encode_rle
from mevis.structures.atomic_write import atomic_write_bytes, atomic_write_text

# Each split draws from seeds of its own.
SPLITS = ('train', 'valid_u', 'valid', 'test')
_WITHOUT_TRUTH = ('valid', 'test')
_SEEN = 16  # pixels of a target in at least half of the frames


@dataclass(frozen=True)
class MovingShapesSettings:
    """What fixes a data set, byte for byte.

    Attributes:
        seed: Of everything.
        num_frames: Frames of a video.
        height: Rows.
        width: Columns.
        sentences: Sentences of a video at most.
        kinds: Tags of the sentences to keep; all if empty.
        quality: Of the JPEG files.
    """

    seed: int = 0
    num_frames: int = 24
    height: int = 128
    width: int = 192
    sentences: int = 8
    kinds: tuple[str, ...] = ()
    quality: int = 92


@dataclass(frozen=True)
class Video:
    """One video, ready to be written.

    Attributes:
        name: Of its folder.
        frames: JPEG files.
        expressions: MeViS entries; ``anno_id`` counts within the video.
        tracks: Per shape one RLE (or None) per frame.
        shapes: Description of each shape for oracles.
    """

    name: str
    frames: list[bytes] = field(repr=False)
    expressions: list[dict[str, Any]]
    tracks: list[list[dict[str, Any] | None]] = field(repr=False)
    shapes: list[dict[str, Any]] = field(repr=False)


def make_video(settings: MovingShapesSettings, split: str, index: int) -> Video:
    """Makes video ``index`` of a split; the same bytes wherever and whenever it is made."""
    size = (settings.height, settings.width)
    for attempt in counter():
        seed = (settings.seed, SPLITS.index(split), index, attempt)
        rng = np.random.default_rng(seed)
        scene = draw_scene(rng, settings.num_frames, size)
        frames, masks = render(scene, rng, settings.num_frames, size)
        seen = (masks.sum((2, 3)) >= _SEEN).mean(1) >= 0.25
        sentences = [
            sentence
            for sentence in describe(scene, rng, 2 * settings.sentences, settings.kinds or None)
            if seen[list(sentence.targets)].all()
        ][: settings.sentences]
        if sentences:
            break
    flags = [cv2.IMWRITE_JPEG_QUALITY, settings.quality]
    jpegs = [cv2.imencode('.jpg', frame[..., ::-1], flags)[1].tobytes() for frame in frames]
    return Video(
        name=f'{split}_{index:05d}',
        frames=jpegs,
        expressions=[
            dict(exp=s.text, obj_id=list(s.targets), anno_id=list(s.targets), tags=list(s.tags))
            for s in sentences
        ],
        tracks=[
            [
                rle if present else None
                for rle, present in zip(encode_rle(m), m.any((1, 2)), strict=True)
            ]
            for m in masks
        ],
        shapes=[
            dict(
                look=asdict(shape.look),
                motion=asdict(shape.motion),
                centres=np.round(shape.track.centres, 3).tolist(),
                scales=np.round(shape.track.scales, 4).tolist(),
            )
            for shape in scene.shapes
        ],
    )


def write_split(
    root: Path,
    split: str,
    num_videos: int,
    settings: MovingShapesSettings,
    workers: int = 1,
    youtube_vis: bool = False,
    on_video: Callable[[], None] = lambda: None,
) -> bool:
    """Writes a split.

    Frames come first and the annotation files last, so a folder with annotations is complete.

    Args:
        root: Folder of the data set.
        split: One of ``SPLITS``; ``valid`` and ``test`` get no truth, as in MeViS.
        num_videos: How many.
        settings: What fixes the data.
        workers: Processes; their number changes no byte.
        youtube_vis: Also write ``instances.json`` in YouTube-VIS format.
        on_video: Called after each video.

    Returns:
        Whether anything had to be written.

    Raises:
        UserError: If the folder holds a split made by other settings.
    """
    folder = root / split
    wanted = json.loads(json.dumps({**asdict(settings), 'num_videos': num_videos}))
    made_by = folder / 'moving_shapes.json'
    if made_by.is_file():
        found = json.loads(made_by.read_text())
        if found != wanted:
            differing = [key for key in wanted if found.get(key) != wanted[key]]
            raise UserError(
                f'{folder}: made with other settings ({", ".join(differing)}). Remove the folder'
                ' or choose another one.'
            )
        return False
    if (folder / 'meta_expressions.json').exists():
        raise UserError(f'{folder}: holds another data set. Choose another folder.')
    annotations = _Annotations(split)
    for number, video in enumerate(_videos(settings, split, num_videos, workers)):
        for t, jpeg in enumerate(video.frames):
            atomic_write_bytes(folder / 'JPEGImages' / video.name / f'{t:05d}.jpg', jpeg)
        annotations.add(number, video)
        on_video()
    annotations.write(folder, settings, youtube_vis)
    atomic_write_text(made_by, json.dumps(wanted, indent=1))
    return True


def _videos(
    settings: MovingShapesSettings, split: str, num_videos: int, workers: int
) -> Iterator[Video]:
    if workers <= 1:
        yield from (make_video(settings, split, index) for index in range(num_videos))
        return
    with ProcessPoolExecutor(workers) as pool:
        jobs = range(num_videos)
        yield from pool.map(_Maker(settings, split), jobs, chunksize=8)


@dataclass(frozen=True)
class _Maker:
    settings: MovingShapesSettings
    split: str

    def __call__(self, index: int) -> Video:
        cv2.setNumThreads(0)
        return make_video(self.settings, self.split, index)


class _Annotations:
    """The annotation files of a split."""

    def __init__(self, split: str) -> None:
        self.split = split
        self.videos: dict[str, Any] = {}
        self.masks: dict[str, Any] = {}
        self.scenes: dict[str, Any] = {}

    def add(self, number: int, video: Video) -> None:
        offset = len(self.masks)
        for index, track in enumerate(video.tracks):
            self.masks[str(offset + index)] = track
        expressions = {}
        for exp_id, entry in enumerate(video.expressions):
            shifted = [offset + index for index in entry['anno_id']]
            kept = {**entry, 'anno_id': shifted}
            if self.split in _WITHOUT_TRUTH:
                kept = {'exp': entry['exp'], 'tags': entry['tags']}
            expressions[str(exp_id)] = kept
        names = [f'{t:05d}' for t in range(len(video.frames))]
        self.videos[video.name] = dict(expressions=expressions, vid_id=number, frames=names)
        for index, shape in enumerate(video.shapes):
            shape['anno_id'] = offset + index
        self.scenes[video.name] = dict(shapes=video.shapes)

    def write(self, folder: Path, settings: MovingShapesSettings, youtube_vis: bool) -> None:
        if self.split not in _WITHOUT_TRUTH:
            atomic_write_text(folder / 'mask_dict.json', json.dumps(self.masks))
            atomic_write_text(folder / 'scenes.json', json.dumps(self.scenes))
            if youtube_vis:
                atomic_write_text(
                    folder / 'instances.json', json.dumps(self._youtube_vis(settings))
                )
        meta = json.dumps({'videos': self.videos}, indent=1)
        atomic_write_text(folder / 'meta_expressions.json', meta)

    def _youtube_vis(self, settings: MovingShapesSettings) -> dict[str, Any]:
        from mevis.datasets.moving_shapes.youtube_vis import youtube_vis_annotations

        size = (settings.height, settings.width)
        return youtube_vis_annotations(self.videos, self.masks, self.scenes, size)
