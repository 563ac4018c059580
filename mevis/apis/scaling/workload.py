"""MUTR at full width on videos of any length, as work that can be measured."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
import torch

from mevis.structures import InstanceMasks, encode_rle
from mevis.testing.parity.side_by_side import smooth_video
from mevis.testing.peak_memory import Measured, measure
from mevis.testing.small_mutr import build_small_mutr, video_sample

FULL_WIDTH = dict(
    backbone=dict(
        type='mmdet.ResNet',
        depth=50,
        norm_cfg=dict(type='mevis.FrozenBatchNorm2d'),
        norm_eval=False,
    ),
    backbone_channels=[256, 512, 1024, 2048],
    embed_dims=256,
    num_heads=8,
    feedforward_dims=2048,
    transformer=dict(num_encoder_layers=4, num_decoder_layers=4),
    mask_dims=256,
)
"""What makes the small MUTR of the tests that of the paper with a ResNet-50; the text encoder stays
small."""


@dataclass(frozen=True)
class Work:
    """An amount of work.

    Attributes:
        frames: Frames T.
        sentences: Sentences about the video.
        height: Of the frames, pixels.
        width: Likewise.
        instances: Tracks K that the query starts from; a learned query if 0.
        queries: Queries N.
        window: Frames of the windows that the video is answered in, each of which shares half of
            them with the one before; the whole video at once if 0.
    """

    frames: int = 4
    sentences: int = 1
    height: int = 96
    width: int = 160
    instances: int = 0
    queries: int = 5
    window: int = 0


def measure_apart(work: Work, small: bool = False) -> Measured[Any]:
    """:func:`measure_work` in a process of its own, where no earlier work has left memory behind.

    Args:
        work: How much.
        small: With the model of the tests instead of that of full width.
    """
    with ProcessPoolExecutor(1, mp_context=get_context('spawn')) as pool:
        return pool.submit(measure_work, work, small).result()


def measure_work(work: Work, small: bool = False) -> Measured[Any]:
    """Builds the model, warms it up and answers once.

    Args:
        work: How much.
        small: With the model of the tests instead of that of full width.
    """
    torch.manual_seed(0)
    initializer = 'DVISInstanceQueryInitializer' if work.instances else 'RandomQueryInitializer'
    options: dict[str, Any] = dict(type=initializer)
    if work.instances:
        options['num_instances'] = work.instances
    model = build_small_mutr(
        **({} if small else FULL_WIDTH),
        num_queries=work.queries,
        query_initializer=options,
        windows=dict(length=work.window, overlap=work.window // 2) if work.window else None,
    )
    _answering(model, Work(2, 1, 64, 64, work.instances, work.queries))()
    return measure(_answering(model, work))


def _answering(model: torch.nn.Module, work: Work) -> Callable[[], Any]:
    size = (work.height, work.width)
    video = smooth_video(work.frames, size)
    texts = [f'the square number {index}' for index in range(work.sentences)]

    def answer() -> Any:
        sample = video_sample(work.frames, size, texts)
        if work.instances:
            sample.instances = _squares(work)
        with torch.no_grad():
            return model([video], [sample], mode='predict')[0].predictions

    return answer


def _squares(work: Work) -> InstanceMasks:
    """K squares beside each other that stay where they are."""
    size = (work.height, work.width)
    side, tracks = min(size) // 4, []
    for index in range(work.instances):
        mask = np.zeros((1, *size), bool)
        left = index * (work.width - side) // max(1, work.instances)
        mask[:, side : 2 * side, left : left + side] = True
        tracks.append(encode_rle(mask) * work.frames)
    return InstanceMasks(tracks, [0.9] * len(tracks), [-1] * len(tracks), size)
