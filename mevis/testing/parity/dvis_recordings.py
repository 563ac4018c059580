"""Models and weights as the recordings of the official MinVIS and DVIS describe them."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mmengine.registry
import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from mevis.errors import UserError
from mevis.registry import MODELS
from mevis.testing.parity.comparison import parity_root

Shapes = Mapping[str, Sequence[int]]
_PREDICTOR = 'sem_seg_head.predictor.'


def weight_rule(folder: Path | None) -> Path:
    """``weight_rule.json`` of a folder of recordings.

    Args:
        folder: None for that of the recordings beside the repository.

    Raises:
        UserError: If it is absent.
    """
    path = (folder or (parity_root() or Path()) / 'dvis') / 'weight_rule.json'
    if not path.is_file():
        raise UserError(f'{path}: absent. Name the folder of DVIS recordings by --recordings.')
    return path


def ruled_state(shapes: Shapes, rules: Mapping[str, Any], salt: str) -> dict[str, Tensor]:
    """The weights that the rule of the recordings gives.

    Args:
        shapes: Official name -> shape.
        rules: ``weight_rule.json``.
        salt: Of the case.

    Returns:
        float32, but for the entries that are not set by rule.
    """
    skipped = re.compile('|'.join(map(re.escape, rules['not_by_rule'])))
    return {
        name: _ruled(name, shape, rules['rules'], salt)
        for name, shape in shapes.items()
        if not skipped.search(name)
    }


def _ruled(name: str, shape: Sequence[int], rules: Sequence[Mapping], salt: str) -> Tensor:
    state = np.random.RandomState(zlib.crc32((salt + name).encode()))  # noqa: NPY002 the rule
    x = ((2 * state.random_sample(int(np.prod(shape))) - 1) * np.sqrt(3)).reshape(shape)
    rule = next(rule for rule in rules if _fits(rule, name, len(shape)))
    if 'gain' in rule:
        x = x - x.mean(tuple(range(1, x.ndim)), keepdims=True)
        value = rule['gain'] / np.sqrt(np.prod(shape[1:])) * x
    else:
        value = rule['offset'] + rule['scale'] * (np.abs(x) if rule.get('abs') else x)
    return torch.from_numpy(value.astype(np.float32))


def _fits(rule: Mapping[str, Any], name: str, dims: int) -> bool:
    ndim = rule['ndim']
    return bool(re.search(rule['name'], name)) and (
        ndim == 'any' or (ndim == '2+' and dims >= 2) or ndim == str(dims)
    )


def _count(shapes: Shapes, pattern: str) -> int:
    """How many different numbers stand for the group of a pattern."""
    return len({found[1] for name in shapes if (found := re.match(pattern, name))})


def _backbone(shapes: Shapes) -> tuple[dict[str, Any], list[int]]:
    if 'backbone.patch_embed.proj.weight' not in shapes:
        blocks = tuple(_count(shapes, rf'backbone\.res{n}\.(\d+)\.') for n in (2, 3, 4, 5))
        depths = {(3, 4, 6, 3): 50, (3, 4, 23, 3): 101, (3, 8, 36, 3): 152}
        if blocks not in depths:
            raise UserError(f'a ResNet of {blocks} blocks: no backbone of the official DVIS.')
        config = dict(
            type='mmdet.ResNet',
            depth=depths[blocks],
            norm_cfg=dict(type='BN', requires_grad=False),
            norm_eval=True,
            style='pytorch',
        )
        return config, [256, 512, 1024, 2048]
    dims = shapes['backbone.patch_embed.proj.weight'][0]
    first = 'backbone.layers.{}.blocks.0.'
    table = first + 'attn.relative_position_bias_table'
    config = dict(
        type='mmdet.SwinTransformer',
        embed_dims=dims,
        depths=[_count(shapes, rf'backbone\.layers\.{i}\.blocks\.(\d+)\.') for i in range(4)],
        num_heads=[shapes[table.format(i)][1] for i in range(4)],
        window_size=(round(shapes[table.format(0)][0] ** 0.5) + 1) // 2,
        mlp_ratio=shapes[first.format(0) + 'mlp.fc1.weight'][0] // dims,
    )
    return config, [dims * 2**level for level in range(4)]


def tracker_config(shapes: Shapes, num_heads: int = 8) -> dict[str, Any]:
    """The tracker that has these official entries."""
    return dict(
        type='ReferringTracker',
        mask_dims=shapes['tracker.mask_embed.layers.2.weight'][0],
        num_layers=_count(shapes, r'tracker\.transformer_ffn_layers\.(\d+)\.'),
        num_heads=num_heads,
        feedforward_dims=shapes['tracker.transformer_ffn_layers.0.linear1.weight'][0],
    )


def refiner_config(shapes: Shapes, num_heads: int = 8) -> dict[str, Any]:
    """The temporal refiner that has these official entries."""
    return dict(
        type='TemporalRefiner',
        mask_dims=shapes['refiner.mask_embed.layers.2.weight'][0],
        num_layers=_count(shapes, r'refiner\.transformer_ffn_layers\.(\d+)\.'),
        num_heads=num_heads,
        feedforward_dims=shapes['refiner.transformer_ffn_layers.0.linear1.weight'][0],
    )


def model_config(shapes: Shapes, config: Mapping[str, Any]) -> dict[str, Any]:
    """The config of the model that has these official entries.

    Args:
        shapes: Official name -> shape.
        config: What shapes do not say; may be empty.
    """
    backbone, channels = _backbone(shapes)
    heads = config.get('nheads', 8)
    encoder = 'sem_seg_head.pixel_decoder.transformer.encoder.layers'
    num_classes, embed_dims = shapes[f'{_PREDICTOR}class_embed.weight']
    has = {name.split('.')[0] for name in shapes}
    return dict(
        type='DVIS',
        segmenter=dict(
            backbone=backbone,
            backbone_channels=channels,
            num_queries=shapes[f'{_PREDICTOR}query_feat.weight'][0],
            head=dict(
                mask_dims=shapes[f'{_PREDICTOR}mask_embed.layers.2.weight'][0],
                num_heads=heads,
                encoder_layers=_count(shapes, rf'{re.escape(encoder)}\.(\d+)\.'),
                encoder_feedforward_dims=shapes[f'{encoder}.0.linear1.weight'][0],
                decoder_layers=_count(
                    shapes, rf'{re.escape(_PREDICTOR)}transformer_ffn_layers\.(\d+)\.'
                ),
                feedforward_dims=shapes[f'{_PREDICTOR}transformer_ffn_layers.0.linear1.weight'][0],
            ),
        ),
        tracker=tracker_config(shapes, heads) if 'tracker' in has else dict(type='QueryMatcher'),
        refiner=refiner_config(shapes, heads)
        if 'refiner' in has
        else dict(type='NoTemporalRefiner'),
        data_preprocessor=dict(
            type='RefVidSegDataPreprocessor',
            mean=config.get('pixel_mean', (123.675, 116.28, 103.53)),
            std=config.get('pixel_std', (58.395, 57.12, 57.375)),
            pad_size_divisor=config.get('size_divisibility', 32),
        ),
        num_classes=num_classes - 1,
        embed_dims=embed_dims,
        window_size=config.get('window_size', 3) if config.get('window_inference', True) else None,
        mask_features='memory',
    )


def build(config: Mapping[str, Any], **arguments: Any) -> nn.Module:
    """Builds a module in evaluation mode, reaching ``mevis.models`` by its registry alone."""
    mmengine.registry.init_default_scope('mevis')
    return MODELS.build(dict(config), default_args=arguments or None).eval()


class _NumbersOnCpu(TorchFunctionMode):
    """Lets constructors compute schedules (``linspace(...).item()``) while weights are meta."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        if func is torch.linspace:
            kwargs.setdefault('device', 'cpu')
        return func(*args, **kwargs)


@contextmanager
def shapes_only() -> Iterator[None]:
    """Models that are built within have no memory for their weights."""
    with torch.device('meta'), _NumbersOnCpu():
        yield
