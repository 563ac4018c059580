"""How far the answers of a model follow from the order of the frames."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.dataset import pseudo_collate

from mevis.boundary.terminal import literal
from mevis.errors import UserError
from mevis.evaluation.functional import region_similarity
from mevis.structures import InstanceMasks, RefVidSegDataSample, decode_rle
from mevis.structures.mask_rle import Rle

ORDERS = ('reversed', 'shuffled')


@dataclass(frozen=True)
class Change:
    """How an answer changes when its frames come in another order.

    Attributes:
        iou: IoU of the masks of the same picture before and after, mean over the frames, in
            [0, 1]; two empty masks count 1.
        score_difference: Absolute difference of the scores, in [0, 1].
    """

    iou: float
    score_difference: float


@dataclass(frozen=True)
class AnswerChanges:
    """The changes of one answer.

    Attributes:
        video: Name of the video.
        exp_id: The expression.
        tags: Its tags.
        changes: Order (of ``ORDERS``) -> change.
    """

    video: str
    exp_id: str
    tags: tuple[str, ...]
    changes: dict[str, Change]


def frame_orders(video: str, num_frames: int, seed: int = 0) -> dict[str, list[int]]:
    """Positions of the original frames in each of the other orders; fixed by name and seed."""
    rng = np.random.default_rng((seed, zlib.crc32(video.encode())))
    return {
        'reversed': list(range(num_frames))[::-1],
        'shuffled': rng.permutation(num_frames).tolist(),
    }


def reordered(item: Mapping[str, Any], order: Sequence[int]) -> dict[str, Any]:
    """A test item whose frames show other pictures, at the times that they had.

    Args:
        item: ``inputs`` (T, 3, h, w) and ``data_samples``; left as it is.
        order: T positions: frame p of the result shows picture ``order[p]``.
    """
    sample: RefVidSegDataSample = item['data_samples'].clone()
    if 'instances' in sample:
        sample.instances = _reordered_tracks(sample.instances, sample.frame_indices, order)
    if 'read_frames' in sample:
        read = sample.read_frames
        sample.read_frames = lambda positions: read([order[p] for p in positions])
    return {'inputs': item['inputs'][list(order)], 'data_samples': sample}


def measure_item(model: Any, item: Mapping[str, Any], seed: int = 0) -> list[AnswerChanges]:
    """Asks about one video in every order.

    Args:
        model: A model of the engine, in evaluation mode.
        item: Of a dataset in test mode.
        seed: Of the shuffled order.

    Raises:
        UserError: If the model does not answer sentences.
    """
    num_frames = len(item['inputs'])
    sample = item['data_samples']
    wanted = _answers(model, item, list(range(num_frames)))
    changes: list[dict[str, Change]] = [{} for _ in wanted]
    for name, order in frame_orders(sample.video, num_frames, seed).items():
        for index, (rles, score) in enumerate(_answers(model, item, order)):
            iou = _mean_iou(rles, wanted[index][0], tuple(sample.ori_shape))
            changes[index][name] = Change(iou, abs(score - wanted[index][1]))
    return [
        AnswerChanges(sample.video, expression.exp_id, tuple(expression.tags), change)
        for expression, change in zip(sample.expressions, changes, strict=True)
    ]


def measure(
    cfg: Config, checkpoint: str | Path, num_videos: int | None = None, seed: int = 0
) -> Iterator[list[AnswerChanges]]:
    """Asks about the videos of the config's test dataset, one after the other.

    Args:
        cfg: The config.
        checkpoint: The weights; nothing in the file is executed.
        num_videos: Videos, spread evenly over the dataset;
            all if None.
        seed: Of the shuffled order.

    Raises:
        UserError: If there is no test dataset, or config and weights do not fit.
        FileNotFoundError: If the checkpoint does not exist.
    """
    import torch
    from mmengine.device import get_device
    from mmengine.registry import init_default_scope

    import mevis.datasets
    import mevis.models
    import mevis.refiners  # noqa: F401 - register what configs name
    from mevis.apis.configs.errors import config_errors
    from mevis.apis.running.runner import install_safe_loader
    from mevis.checkpoints.loading import load_into
    from mevis.registry import DATASETS, MODELS

    if num_videos is not None and num_videos < 1:
        raise UserError(f'--videos {num_videos}: a number of videos, 1 or more.')
    if not cfg.get('test_dataloader'):
        raise UserError(f'{cfg.filename}: no test_dataloader, so there is nothing to ask about.')
    init_default_scope('mevis')
    install_safe_loader()
    with config_errors(cfg):
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
        model = MODELS.build(cfg.model)
    load_into(model, checkpoint)
    model.to(get_device()).eval()
    count = len(dataset) if num_videos is None else min(num_videos, len(dataset))
    if not count:
        raise UserError(f'{cfg.test_dataloader.dataset.data_root}: no video to ask about.')
    with torch.no_grad():
        for index in np.linspace(0, len(dataset) - 1, count).round().astype(int).tolist():
            yield measure_item(model, dataset[index], seed)


def summarize(answers: Sequence[AnswerChanges]) -> dict[str, Any]:
    """Means over the answers, overall and of each tag, and the answers themselves; JSON-ready."""
    tags = sorted({tag for answer in answers for tag in answer.tags})
    return {
        'overall': _means(answers),
        'tags': {tag: _means([a for a in answers if tag in a.tags]) for tag in tags},
        'answers': [asdict(answer) for answer in answers],
    }


def print_summary(summary: Mapping[str, Any]) -> None:
    """Prints the means as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title='Answers in another order of frames, against those in the right one')
    table.add_column('sentences')
    table.add_column('number', justify='right')
    for order in ORDERS:
        table.add_column(f'IoU, {order}', justify='right')
        table.add_column(f'score difference, {order}', justify='right')
    for name, row in (('all', summary['overall']), *summary['tags'].items()):
        cells = [literal(name), str(row['number'])]
        for order in ORDERS:
            cells += [f'{row[order]["iou"]:.3f}', f'{row[order]["score_difference"]:.4f}']
        table.add_row(*cells)
    console = Console()
    if not console.is_terminal:
        console = Console(width=140)  # logs have no edge to fold at
    console.print(table)


def _answers(
    model: Any, item: Mapping[str, Any], order: Sequence[int]
) -> list[tuple[list[Rle], float]]:
    """One RLE per picture, in the order of the original frames, and the score, per sentence."""
    (sample,) = model.test_step(pseudo_collate([reordered(item, order)]))
    if 'predictions' not in sample:
        raise UserError(f'{type(model).__name__}: answers no sentences, so it cannot be asked.')
    back = np.argsort(order).tolist()
    return [([answer.rles[p] for p in back], answer.score) for answer in sample.predictions]


def _mean_iou(rles: Sequence[Rle], wanted: Sequence[Rle], size: tuple[int, int]) -> float:
    """Frame by frame: dense masks of a long video are never held."""
    values = [
        region_similarity(*decode_rle([one, other], size, 'an answer'))
        for one, other in zip(rles, wanted, strict=True)
    ]
    return float(np.mean(values))


def _means(answers: Sequence[AnswerChanges]) -> dict[str, Any]:
    means: dict[str, Any] = {'number': len(answers)}
    for order in ORDERS:
        changes = [answer.changes[order] for answer in answers]
        means[order] = {
            'iou': float(np.mean([change.iou for change in changes])),
            'score_difference': float(np.mean([c.score_difference for c in changes])),
        }
    return means


def _reordered_tracks(
    tracks: InstanceMasks, frame_indices: Sequence[int], order: Sequence[int]
) -> InstanceMasks:
    moved = []
    for track in tracks.rles:
        rles = list(track)
        for position, index in enumerate(frame_indices):
            rles[index] = track[frame_indices[order[position]]]
        moved.append(rles)
    return replace(tracks, rles=moved)
