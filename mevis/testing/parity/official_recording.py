"""New recordings of the official MinVIS and DVIS, in the form that the parity check reads.

Only whole models on whole videos are recorded: what the parts do is in the outcome.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mevis.testing.parity.dvis_recordings import ruled_state
from mevis.testing.parity.official_dvis import (
    build_official,
    load_official,
    official_shapes,
    segment_official,
)

Values = dict[str, Tensor]
# What must be equal can only be asked where the official code is sure: by this much.
_LEAST_GAP = 1e-3
_MOST_NOISE = 2e-3


class UnsureCaseError(Exception):
    """A decision of the official code hangs on its rounding: an equal one cannot be asked for."""


def random_case(architecture: str, rng: np.random.Generator) -> dict[str, Any]:
    """A case with sizes, layers, queries, classes, window and salt drawn at random.

    Args:
        architecture: ``MinVIS``, ``DVIS_online`` or ``DVIS_offline``.
        rng: Of the draw.
    """

    def draw(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    frames = draw(4, 9)
    config = dict(
        meta_architecture=architecture,
        num_classes=draw(5, 50),
        num_queries=draw(8, 40),
        pixel_decoder_encoder_layers=draw(1, 4),
        decoder_layers=draw(2, 5),
        tracker_layers=draw(1, 4),
        refiner_layers=draw(1, 4),
        window_inference=True,
        # MinVIS' own is fixed.
        window_size=3 if architecture == 'MinVIS' else draw(1, frames),
        max_num=10 if architecture == 'MinVIS' else draw(5, 20),
    )
    online = architecture == 'DVIS_online'
    cut = draw(1, frames - 1)
    return dict(
        kind='e2e',
        salt=f'unseen{draw(0, 10**6)}',
        config=config,
        height=draw(40, 150),
        width=draw(40, 150),
        calls=[[0, cut, False], [cut, frames, True]] if online and draw(0, 1) else None,
        top_k=config['max_num'],
        input_size=[frames, 3, draw(40, 130), draw(40, 130)],
    )


def record(case: dict[str, Any], rules: Mapping[str, Any]) -> tuple[Values, dict[str, Any]]:
    """Runs the official code on a case; sets ``tensors`` of the case.

    Args:
        case: Of :func:`random_case`.
        rules: ``weight_rule.json``.

    Returns:
        The tensors, inputs included; the shapes of the weights by name.

    Raises:
        UnsureCaseError: If the case asks for an equal answer where there is none; take another.
    """
    config = case['config']
    model = build_official(config['meta_architecture'], config)
    shapes = official_shapes(model)
    load_official(model, ruled_state(shapes, rules, case['salt']))
    images = _video(case['input_size'], case['salt'])
    single = _answers(model, case, images)
    with torch.backends.mkldnn.flags(enabled=False):
        other = _answers(model, case, images)
    with _floats_stay_double():
        double = _answers(model.double(), case, images)
    tensors: Values = {'images': images}
    about: dict[str, Any] = {'images': _about(images, 'input')}
    for name, value in single.items():
        described = _about(value, 'output')
        if value.is_floating_point():
            noise = max(float((value - x[name]).abs().max()) for x in (other, double))
            if noise > _MOST_NOISE:
                raise UnsureCaseError(f'{name} differs from itself by {noise:.1g}')
            floor = 1e-5 * max(1.0, float(value.std()))
            described['atol'] = max(5 * noise, floor)
            if name.endswith(('video_logits', 'mask_logits')):
                tensors[f'f64.{name}'] = double[name].float()
                about[f'f64.{name}'] = {
                    **_about(value, 'float64 result'),
                    'atol': 3e-5 if float(value.std()) >= 1.5 else 1e-5,
                }
            if name.endswith('pred_scores') and float(-value.diff().max()) < _LEAST_GAP:
                raise UnsureCaseError(f'{name} hold nearly equal scores')
        elif 'packed' not in name and 'area' not in name and (value != double[name]).any():
            raise UnsureCaseError(f'{name} differ between float32 and double')
        tensors[name], about[name] = value, described
    case['tensors'] = about
    return tensors, shapes


def _about(value: Tensor, role: str) -> dict[str, Any]:
    return {'shape': list(value.shape), 'dtype': str(value.dtype)[6:], 'role': role}


def _video(size: list[int], salt: str) -> Tensor:
    """Drifting coarse noise (T, 3, H, W) uint8: frames alike, but not the same."""
    generator = torch.Generator().manual_seed(sum(salt.encode()))
    frames, channels, height, width = size
    first, last = torch.rand(2, 1, channels, 8, 10, generator=generator)
    steps = torch.linspace(0, 1, frames)[:, None, None, None]
    rough = (1 - steps) * first + steps * last
    smooth = nn.functional.interpolate(rough, size=(height, width), mode='bicubic')
    return (smooth.clamp(0, 1) * 255).to(torch.uint8)


@contextmanager
def _floats_stay_double() -> Iterator[None]:
    """The official pixel decoder calls ``.float()`` on what it gets; here that changes nothing."""
    original = torch.Tensor.float
    torch.Tensor.float = lambda self: self  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.Tensor.float = original  # type: ignore[method-assign]


def _answers(model: nn.Module, case: Mapping[str, Any], images: Tensor) -> Values:
    if not case['calls']:
        return _answer(model, case, images, False)
    got: Values = {}
    for i, (start, end, keep) in enumerate(case['calls']):
        answer = _answer(model, case, images[start:end], keep)
        got.update({f'call{i}.{name}': value for name, value in answer.items()})
    return got


def _answer(model: nn.Module, case: Mapping[str, Any], images: Tensor, keep: bool) -> Values:
    """One call of the official model, and what it decided on the way."""
    minvis = case['config']['meta_architecture'] == 'MinVIS'
    conclude = 'inference_video' if minvis else 'inference_video_task'
    matcher, match = (model, 'match_from_embds') if minvis else (model.tracker, 'match_embds')
    concluded: list[Any] = []
    matched: list[Any] = []
    with _watched(model, conclude, concluded), _watched(matcher, match, matched):
        found = segment_official(model, images, (case['height'], case['width']), keep)
    (arguments, named, _) = concluded[0]
    scores = torch.tensor(found['pred_scores'], dtype=torch.float64)
    order = scores.argsort(descending=True)
    masks = torch.stack(found['pred_masks'])[order]
    labels = torch.tensor(found['pred_labels'])[order]
    got = dict(
        video_logits=arguments[0].clone(),
        mask_logits=arguments[1].clone(),
        indices=torch.from_numpy(np.stack([result for _, _, result in matched])),
        pred_scores=scores[order],
        pred_labels=labels,
        pred_masks_packed=torch.from_numpy(np.packbits(masks.numpy())),
        pred_masks_shape=torch.tensor(masks.shape),
        pred_masks_area=masks.sum((-1, -2)),
    )
    if not minvis:
        got['pred_ids'] = torch.tensor(found['pred_ids'])[order]
    if named.get('aux_pred_cls') is not None:
        got['online_video_logits'] = named['aux_pred_cls'].clone()
    return got


@contextmanager
def _watched(owner: Any, name: str, calls: list[Any]) -> Iterator[None]:
    """Notes arguments and result of each call of a method."""
    original = getattr(owner, name)

    def watched(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        calls.append((args, kwargs, result))
        return result

    owner.__dict__[name] = watched
    try:
        yield
    finally:
        owner.__dict__[name] = original
