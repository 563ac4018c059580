"""How far answers that are given while a video goes on are from those to the whole video."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate

from mevis.apis.configs.loading import load_config
from mevis.apis.inference.inferencer import RefVidSegInferencer
from mevis.apis.streaming.streaming_inferencer import StreamingInferencer
from mevis.boundary.terminal import literal
from mevis.errors import UserError
from mevis.evaluation.expression_score import score_expression
from mevis.evaluation.functional import region_similarity
from mevis.registry import DATASETS
from mevis.structures import RefVidSegDataSample, decode_rle
from mevis.structures.mask_rle import Rle

Answers = list[list[Rle]]
"""Per sentence one mask per frame."""


@dataclass(frozen=True)
class Deviation:
    """One video answered as it came, or the means over several.

    Shares and means are over all frames of all sentences.

    Attributes:
        j_and_f: J&F, in [0, 1].
        whole_j_and_f: That of the answers to the whole video.
        differing: Share of the masks that are not the same in every pixel.
        iou: IoU of the masks with those of the whole video; two empty ones count 1.
        waited: Frames that were seen after a frame before its answer was known.
        longest_wait: The most of these.
        number: Sentences.
    """

    j_and_f: float
    whole_j_and_f: float
    differing: float
    iou: float
    waited: float
    longest_wait: float
    number: int


def compare(
    wanted: Answers,
    given: Answers,
    waits: Sequence[int],
    truths: Sequence[Sequence[Rle | None]],
    size: tuple[int, int],
) -> Deviation:
    """Compares the answers to one video.

    Args:
        wanted: To the whole video.
        given: As it came.
        waits: Per frame, how many more were seen before its answer was known.
        truths: Per sentence its object in every frame.
        size: (H, W) of the masks.
    """
    same, ious = [], []
    for one, other in zip(wanted, given, strict=True):
        for pair in zip(one, other, strict=True):
            masks = decode_rle(list(pair), size, 'an answer')
            same.append((masks[0] == masks[1]).all())
            ious.append(region_similarity(*masks))
    return Deviation(
        _j_and_f(given, truths, size),
        _j_and_f(wanted, truths, size),
        1 - float(np.mean(same)),
        float(np.mean(ious)),
        float(np.mean(waits)),
        max(waits),
        len(wanted),
    )


def measure(
    cfg: Config,
    checkpoint: str | Path,
    settings: Sequence[Mapping[str, Any]],
    num_videos: int | None = None,
) -> Iterator[list[Deviation]]:
    """Answers the videos of the config's test dataset as wholes and as they come.

    Args:
        cfg: The config, as it answers whole videos.
        checkpoint: The weights; nothing in the file is executed.
        settings: Overrides of the config, for each way of streaming.
        num_videos: Videos, spread evenly over the dataset;
            all if None.

    Yields:
        Per video one deviation for each setting.

    Raises:
        UserError: If there is no ground truth, the model cannot stream, or config and weights do
            not fit.
        FileNotFoundError: If the checkpoint does not exist.
    """
    from mevis.apis.configs.errors import config_errors

    if not cfg.get('test_dataloader'):
        raise UserError(f'{cfg.filename}: no test_dataloader, so there is nothing to ask about.')
    streams = [StreamingInferencer(_changed(cfg, one), checkpoint) for one in settings]
    whole = RefVidSegInferencer(cfg, checkpoint)
    with config_errors(cfg):
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
    count = len(dataset) if num_videos is None else min(num_videos, len(dataset))
    for index in np.linspace(0, len(dataset) - 1, count).round().astype(int).tolist():
        item = dataset[index]
        sample: RefVidSegDataSample = item['data_samples']
        if 'gt_rles' not in sample:
            raise UserError(
                f'{cfg.filename}: video {sample.video} has no ground truth; take valid_u.'
            )
        size = tuple(sample.ori_shape)
        with torch.no_grad():
            (answered,) = whole.model.test_step(pseudo_collate([item]))
        wanted = [answer.rles for answer in answered.predictions]
        truths = [sample.gt_rles[one.exp_id] for one in sample.expressions]
        yield [compare(wanted, *streamed(one, sample), truths, size) for one in streams]


def streamed(
    inferencer: StreamingInferencer, sample: RefVidSegDataSample
) -> tuple[Answers, list[int]]:
    """The answers to a video whose frames come one by one, and how long each frame waited."""
    texts = [expression.text for expression in sample.expressions]
    video, frames, waits = inferencer.open(texts, sample.video), [], []
    count = len(sample.frame_names)
    for index in range(count):
        new = video.push(sample.read_frames([index])[0])
        new += video.finish() if index == count - 1 else []
        frames += new
        waits += [index - frame.index for frame in new]
    rles = [[frame.rles[number] for frame in frames] for number in range(len(texts))]
    return rles, waits


def mean(videos: Sequence[Deviation]) -> Deviation:
    """Means over the sentences of some videos; the longest wait of any."""
    weights = [video.number for video in videos]
    values = {
        field.name: float(np.average([getattr(v, field.name) for v in videos], weights=weights))
        for field in fields(Deviation)
    }
    longest = max(video.longest_wait for video in videos)
    return Deviation(**{**values, 'longest_wait': longest, 'number': sum(weights)})


def print_table(rows: Mapping[str, Deviation]) -> None:
    """Prints a row per way of streaming."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title='Answers as the video comes, against those to the whole video')
    table.add_column('stream')
    for name in ('waits (mean, most)', 'J&F', 'J&F, whole', 'masks that differ', 'IoU with whole'):
        table.add_column(name, justify='right')
    for name, row in rows.items():
        table.add_row(
            literal(name),
            f'{row.waited:.1f}, {row.longest_wait:.0f}',
            f'{100 * row.j_and_f:.1f}',
            f'{100 * row.whole_j_and_f:.1f}',
            f'{100 * row.differing:.1f} %',
            f'{100 * row.iou:.1f}',
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=140)  # logs have no edge to fold at
    console.print(table)


def to_dict(rows: Mapping[str, Deviation]) -> dict[str, Any]:
    """The figures, JSON-ready."""
    return {name: asdict(row) for name, row in rows.items()}


def _changed(cfg: Config, options: Mapping[str, Any]) -> Config:
    """The config with overrides, as ``--cfg-options`` sets them."""
    if not cfg.filename:
        changed = Config(cfg.to_dict())
        changed.merge_from_dict(dict(options))
        return changed
    return load_config(cfg.filename, options)


def _j_and_f(
    answers: Answers, truths: Sequence[Sequence[Rle | None]], size: tuple[int, int]
) -> float:
    values = []
    for rles, truth in zip(answers, truths, strict=True):
        masks = (decode_rle([rle], size, 'an answer')[0] for rle in rles)
        score = score_expression(masks, truth)
        values.append((score.similarity + score.accuracy) / 2)
    return float(np.mean(values))
