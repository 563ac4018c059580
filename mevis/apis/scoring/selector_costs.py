"""What a selector's sentences cost, stage by stage."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.registry import DefaultScope

from mevis.apis.configs.errors import config_errors
from mevis.apis.configs.loading import load_config
from mevis.checkpoints.loading import load_into
from mevis.errors import UserError
from mevis.models.track_selector import TrackSelector
from mevis.registry import DATASETS, MODELS
from mevis.structures import VideoFrames, encode_rle

_STAGES = ('tracks', 'encoding', 'answers')


@torch.no_grad()
def selector_costs(
    config: str | Path,
    checkpoint: str | Path,
    dvis: Sequence[str],
    cfg_options: Mapping[str, Any],
    num_videos: int,
    numbers: Sequence[int],
) -> list[dict[str, float]]:
    """Answers videos from their pixels, with some numbers of sentences in turn.

    Args:
        config: Of a selector, with its test data.
        checkpoint: Its weights.
        dvis: Config and checkpoint of what finds the tracks.
        cfg_options: Overrides of the config.
        num_videos: The first ones of the test data.
        numbers: Of sentences per video; those of a video are repeated where it has fewer.

    Returns:
        One entry per number: ``sentences``, and CPU seconds per video: ``tracks``, ``encoding``,
        ``answers`` (masks included) and their sum ``seconds``.

    Raises:
        UserError: If the config is of another model.
    """
    cfg = load_config(config, cfg_options)
    data = cfg.test_dataloader.dataset
    data.pop('instance_masks_dir', None)
    data.update(test_mode=True)
    source = dict(type='DVISTracks', config=dvis[0], checkpoint=dvis[1])
    cfg.model.track_source = source
    with config_errors(cfg), DefaultScope.overwrite_default_scope('mevis'):
        dataset = DATASETS.build(data)
        model = MODELS.build(cfg.model)
    if not isinstance(model, TrackSelector):
        raise UserError(f'{config}: {type(model).__name__} is no TrackSelector.')
    load_into(model, checkpoint)
    model.eval()
    videos = [dataset[index] for index in range(min(num_videos, len(dataset)))]
    _answer(model, videos[0], 1)  # loading of the source, and the first call's caches
    spent = {number: dict.fromkeys(_STAGES, 0.0) for number in numbers}
    for item in videos:
        for number in numbers:
            for stage, seconds in _answer(model, item, number).items():
                spent[number][stage] += seconds / len(videos)
    return [
        {'sentences': number, **stages, 'seconds': sum(stages.values())}
        for number, stages in spent.items()
    ]


def _answer(model: TrackSelector, item: Mapping[str, Any], number: int) -> dict[str, float]:
    """CPU seconds of each stage of one video."""
    video, sample = item['inputs'], item['data_samples'].clone()
    texts = [one.text for one in sample.expressions]
    marks = [time.process_time()]
    frames = VideoFrames(
        sample.video, sample.frame_names, tuple(sample.ori_shape), sample.read_frames
    )
    sample.instances = model.track_source(frames)
    marks.append(time.process_time())
    encoded = model.encode_video(video, sample)
    marks.append(time.process_time())
    for place in range(number):
        for masks in model.answer(encoded, texts[place % len(texts)]).masks():
            encode_rle(masks.numpy())
    marks.append(time.process_time())
    return dict(zip(_STAGES, (b - a for a, b in zip(marks, marks[1:], strict=False)), strict=True))
