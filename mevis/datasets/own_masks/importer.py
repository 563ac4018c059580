"""Frames, masks and sentences of one's own become splits in MeViS format."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mevis.boundary.json_file import read_json
from mevis.boundary.names import check_distinct, is_litter, natural_key, path_below
from mevis.datasets.own_masks.mask_sources import MaskSource, PngMasks
from mevis.datasets.own_masks.sentences import Sentence
from mevis.datasets.own_masks.video_import import VideoImport, VideoPart
from mevis.errors import UserError
from mevis.structures.atomic_write import atomic_write_text
from mevis.structures.process_pool import map_in_processes

MARKER = 'imported.json'
"""In a split that this module wrote; maps objects to their ``anno_id``."""


@dataclass
class ImportedSplit:
    """What was written.

    Attributes:
        split: Name of the split.
        videos: Number of videos.
        expressions: Of sentences.
        objects: Of objects.
        frames: Of frames.
        kept: Of videos whose masks an earlier run had read.
    """

    split: str
    videos: int = 0
    expressions: int = 0
    objects: int = 0
    frames: int = 0
    kept: int = field(default=0)


def import_dataset(
    frames: Path,
    source: MaskSource,
    sentences: Sequence[Sentence],
    out: Path,
    missing: str = 'error',
    link: bool = False,
    num_workers: int = 1,
    on_video: Callable[[int, int], None] = lambda done, total: None,
) -> list[ImportedSplit]:
    """Writes ``<out>/<split>`` for every split of the table.

    Each video is written when its masks are read, so that an interrupted import continues; a video
    whose masks have changed since is read again.  ``meta_expressions.json`` comes last: a split
    that has one is whole.

    Args:
        frames: ``<video>/<frame>.jpg``, or other pictures.
        source: The masks.
        sentences: The table.
        out: Root of the dataset.
        missing: What to do about frames that nobody annotated: ``error``; ``skip``, leave them
            out; or ``absent``, treat them as showing no object.
        link: Link frames instead of copying them.
        num_workers: Processes; JSON is read in this one.
        on_video: Told after each video how many of how many are done.

    Raises:
        UserError: If frames, masks and sentences do not fit together, or a split exists that was
            not imported; names the file or line.
    """
    by_split: dict[str, dict[str, list[Sentence]]] = defaultdict(lambda: defaultdict(list))
    for sentence in sentences:
        by_split[sentence.split][sentence.video].append(sentence)
    for split, videos in by_split.items():
        check_distinct(videos, f'{sentences[0].place.partition(": ")[0]}: videos')
        _check_ours(path_below(out, split))
    total, done = sum(map(len, by_split.values())), 0
    reports = []
    workers = num_workers if isinstance(source, PngMasks) else 1
    for split, videos in by_split.items():
        names = sorted(videos, key=natural_key)
        folder = out / split
        jobs = [
            (VideoImport(frames, source, folder, name, missing, link), videos[name])
            for name in names
        ]
        report, parts = ImportedSplit(split), []
        for part, kept in map_in_processes(_import_video, jobs, min(workers, len(jobs))):
            parts.append(part)
            report.kept += kept
            done += 1
            on_video(done, total)
        _write_split(folder, names, videos, parts, report)
        reports.append(report)
    return reports


def _check_ours(folder: Path) -> None:
    """Frames may be in place, and what an interrupted import left; else it is somebody's data."""
    if not folder.is_dir() or (folder / MARKER).is_file():
        return
    names = sorted(path.name for path in folder.iterdir() if not is_litter(path.name))
    foreign = [name for name in names if name != 'JPEGImages']
    if foreign:
        raise UserError(
            f'{folder / foreign[0]}: is there already and was not imported by this tool. Choose'
            ' another folder.'
        )


def _import_video(job: tuple[VideoImport, list[Sentence]]) -> tuple[VideoPart, bool]:
    video, sentences = job
    made_of = hashlib.sha256(json.dumps(video.made_of()).encode()).hexdigest()
    path = path_below(video.out / '.parts', video.name, '.json')
    part, kept = None, False
    if path.is_file():
        part = read_json(path, VideoPart, 'Delete it and run the command again.')
        kept = part.made_of == made_of
    if not kept:
        part = video.read(made_of)
    for sentence in sentences:
        unknown = [name for name in sentence.objects if name not in part.tracks]
        if unknown:
            raise UserError(
                f'{sentence.place}: video {video.name} has no object {unknown[0]!r:.60}; it has'
                f' {", ".join(part.tracks) or "none"}. Correct the objects of the sentence.'
            )
    video.copy_frames(part.files)
    if not kept:
        atomic_write_text(path, part.to_json())
    return part, kept


def _write_split(
    folder: Path,
    names: Sequence[str],
    sentences: dict[str, list[Sentence]],
    parts: Sequence[VideoPart],
    report: ImportedSplit,
) -> None:
    videos: dict[str, Any] = {}
    masks: dict[str, list] = {}
    objects: dict[str, dict[str, int]] = {}
    for vid_id, (name, part) in enumerate(zip(names, parts, strict=True)):
        ids = {key: len(masks) + index for index, key in enumerate(part.tracks)}
        masks.update((str(ids[key]), track) for key, track in part.tracks.items())
        order = list(part.tracks)
        expressions = {}
        for exp_id, sentence in enumerate(sentences[name]):
            expressions[str(exp_id)] = {
                'exp': sentence.text,
                'obj_id': [order.index(key) for key in sentence.objects],
                'anno_id': [ids[key] for key in sentence.objects],
                **({'tags': list(sentence.tags)} if sentence.tags else {}),
            }
        stems = [Path(file).stem for file in part.files]
        videos[name] = {'expressions': expressions, 'vid_id': vid_id, 'frames': stems}
        objects[name] = ids
        report.frames += len(stems)
        report.expressions += len(expressions)
    report.videos, report.objects = len(videos), len(masks)
    meta = folder / 'meta_expressions.json'
    # Sentences of an earlier import must not meet the masks of this one if it is killed here.
    atomic_write_text(folder / MARKER, json.dumps({'anno_id': objects}, indent=1) + '\n')
    meta.unlink(missing_ok=True)
    atomic_write_text(folder / 'mask_dict.json', json.dumps(masks))
    atomic_write_text(meta, json.dumps({'videos': videos}, indent=1, ensure_ascii=False) + '\n')
