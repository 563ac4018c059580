"""What datasets, models and metrics must hold, ours or a third party's.

Each function takes a built module, calls it as the engine does and raises :class:`ContractError`
at the first thing that the framework could not live with.
"""

import pickle
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from mevis.structures import (
    ExpressionPrediction,
    InstanceMasks,
    RefVidSegDataSample,
    decode_rle,
    encode_rle,
)
from mevis.testing.contracts import ContractError, check_constructor
from mevis.testing.small_mutr import random_video, video_sample

SIZE = (64, 96)


def _require(holds: bool, plug: Any, text: str) -> None:
    if not holds:
        raise ContractError(f'{type(plug).__name__}: {text}')


def check_dataset(dataset: Any) -> None:
    """A dataset of sentences: items that models take, the same when they are asked for again.

    Raises:
        ContractError: If it does not hold.
    """
    check_constructor(type(dataset))
    _require(len(dataset) > 0, dataset, 'it has no item')
    costs, videos = dataset.item_costs(), dataset.item_videos()
    fits = len(costs) == len(videos) == len(dataset) and min(costs) > 0
    _require(fits, dataset, 'item_costs() and item_videos() do not give one entry per item')
    if dataset.test_mode:
        _require(len(set(videos)) == len(videos), dataset, 'a video is tested twice')
    pickle.dumps(dataset)
    for index in {0, len(dataset) - 1}:
        item, again = dataset[index, 7], dataset[index, 7]
        text = f'item {index} differs when it is asked for again with the same serial number'
        _require(torch.equal(item['inputs'], again['inputs']), dataset, text)
        _check_item(dataset, item['inputs'], item['data_samples'])


def _check_item(dataset: Any, frames: torch.Tensor, sample: RefVidSegDataSample) -> None:
    shape = (len(sample.frame_names), 3, *sample.img_shape)
    text = f'inputs are {tuple(frames.shape)} {frames.dtype}, not {shape} uint8'
    _require(tuple(frames.shape) == shape and frames.dtype == torch.uint8, dataset, text)
    indices = list(sample.frame_indices)
    inside = indices == sorted(indices) and 0 <= indices[0] <= indices[-1] < sample.num_video_frames
    _require(inside, dataset, f'frame_indices {indices} are not of a video in the order of time')
    ids = [expression.exp_id for expression in sample.expressions]
    _require(bool(ids) and len(set(ids)) == len(ids), dataset, f'ids of expressions: {ids}')
    texts = [expression.text.strip() for expression in sample.expressions]
    _require(all(texts), dataset, 'an expression is empty')
    if dataset.test_mode:
        read = sample.read_frames([0])
        _require(read.shape == (1, *sample.ori_shape, 3), dataset, f'read_frames: {read.shape}')
    else:
        same = sample.gt_masks.shape == (len(frames), *sample.img_shape)
        _require(same and sample.gt_masks.dtype == torch.bool, dataset, 'gt_masks do not fit')


def check_segmentor(model: Any) -> None:
    """A model of sentences: losses of clips, and answers to all sentences of a video.

    The model is trained for one step on two clips of 64x96 pixels with two instance tracks, and
    asked three sentences about a video.

    Raises:
        ContractError: If it does not hold.
    """
    check_constructor(type(model))
    _check_losses(model)
    model.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    answers = _predict(model, 5, ('left', 'right', 'still'))
    for answer, text in zip(answers, ('left', 'right', 'still'), strict=True):
        _require(answer.text == text, model, 'answers are not in the order of the expressions')
        _require(0 <= answer.score <= 1, model, f'a score of {answer.score}')
        _require(0 <= answer.presence <= 1, model, f'a presence of {answer.presence}')
        _require(len(answer.rles) == 5, model, f'{len(answer.rles)} masks for 5 frames')
        decode_rle(answer.rles, SIZE, 'an answer')
    alone = _predict(model, 5, ('right',))[0]
    same = alone.rles == answers[1].rles and abs(alone.score - answers[1].score) < 1e-4
    _require(same, model, 'an answer depends on the other expressions')
    _require(len(_predict(model, 1, ('left',))[0].rles) == 1, model, 'one frame is no video to it')
    after = model.state_dict()
    kept = all(torch.equal(after[name], value) for name, value in before.items())
    _require(kept, model, 'testing changed its parameters or buffers')


def _check_losses(model: Any) -> None:
    model.train()
    samples = [_sample(3, ('left',)), _sample(3, ('right',))]
    batch = {'inputs': [random_video(3), random_video(3, seed=1)], 'data_samples': samples}
    losses = model(**model.data_preprocessor(batch, training=True), mode='loss')
    total = sum(value for name, value in losses.items() if 'loss' in name)
    _require(
        isinstance(total, torch.Tensor), model, 'no entry of its losses has "loss" in its name'
    )
    _require(bool(total.isfinite()), model, f'the loss is {float(total.detach())}')
    total.backward()
    grads = [value.grad for value in model.parameters() if value.grad is not None]
    _require(bool(grads), model, 'no gradient flows to its parameters')
    _require(all(grad.isfinite().all() for grad in grads), model, 'a gradient is not finite')
    model.zero_grad()


def _predict(model: Any, num_frames: int, texts: Sequence[str]) -> list[ExpressionPrediction]:
    batch = {'inputs': [random_video(num_frames)], 'data_samples': [_sample(num_frames, texts)]}
    with torch.no_grad():
        return model.test_step(batch)[0].predictions


def _sample(num_frames: int, texts: Sequence[str]) -> RefVidSegDataSample:
    """A video with two tracks: what moves is the ground truth, the other rests."""
    sample = video_sample(num_frames, SIZE, texts)
    resting = np.zeros((num_frames, *SIZE), bool)
    resting[:, 40:60, 60:90] = True
    rles = [encode_rle(sample.gt_masks.numpy()), encode_rle(resting)]
    sample.instances = InstanceMasks(rles, [0.9, 0.8], [-1, -1], SIZE)
    frames = random_video(num_frames).permute(0, 2, 3, 1).numpy()
    sample.read_frames = lambda positions: frames[list(positions)]
    return sample


def check_metric(metric: Any) -> None:
    """A metric of answers: figures by name, whatever order and share the videos come in.

    Raises:
        ContractError: If it does not hold.
    """
    samples = [_answered('cat', 0), _answered('bird', 1), _answered('dog', 2)]
    figures = _figures(metric, samples)
    for name, value in figures.items():
        number = isinstance(value, (int, float)) and np.isfinite(value)
        _require(isinstance(name, str) and number, metric, f'figure {name} is {value!r}')
    _require(bool(figures), metric, 'it gives no figure')
    text = 'its figures depend on the order of the videos'
    _require(_figures(metric, samples[::-1]) == figures, metric, text)


def _figures(metric: Any, samples: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    for sample in samples:
        metric.process(None, [sample])
    pickle.dumps(metric.results)  # they travel between processes
    return metric.evaluate(len(samples))


def _answered(video: str, seed: int) -> dict[str, Any]:
    masks = np.random.default_rng(seed).random((3, *SIZE)) > 0.5
    sample = video_sample(3, SIZE, ('left',))
    sample.set_metainfo(dict(video=video))
    sample.predictions = [ExpressionPrediction('0', 'left', encode_rle(masks), 0.5)]
    return sample.to_dict()
