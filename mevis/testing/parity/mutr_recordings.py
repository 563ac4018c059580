"""Models as the recordings of the official MUTR describe them."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

import mmengine.registry
from torch import nn

from mevis.errors import UserError
from mevis.registry import MODELS

_SWIN = {
    't': dict(embed_dims=96, depths=(2, 2, 6, 2), num_heads=(3, 6, 12, 24)),
    's': dict(embed_dims=96, depths=(2, 2, 18, 2), num_heads=(3, 6, 12, 24)),
    'b': dict(embed_dims=128, depths=(2, 2, 18, 2), num_heads=(4, 8, 16, 32)),
    'l': dict(embed_dims=192, depths=(2, 2, 18, 2), num_heads=(6, 12, 24, 48)),
}


def backbone_config(name: str) -> tuple[dict[str, Any], tuple[int, ...] | None]:
    """Config and channels of a backbone by its official name, such as ``swin_l_p4w7``.

    Raises:
        UserError: If the name is not known.
    """
    if name in ('resnet50', 'resnet101'):
        config = dict(
            type='mmdet.ResNet',
            depth=int(name.removeprefix('resnet')),
            frozen_stages=1,
            norm_cfg=dict(type='mevis.FrozenBatchNorm2d'),
            norm_eval=False,
            style='pytorch',
        )
        return config, (256, 512, 1024, 2048)
    family, _, rest = name.rpartition('swin_')
    size = _SWIN.get(rest[:1])
    if rest[1:] != '_p4w7' or size is None or family not in ('', 'video_'):
        raise UserError(f'{name!r}: not a backbone of the official MUTR.')
    if family:
        return dict(type='VideoSwinTransformer', **size), None
    channels = tuple(size['embed_dims'] * 2**level for level in range(4))
    return dict(type='mmdet.SwinTransformer', window_size=7, **size), channels


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Reads the official command line of a recording.

    Raises:
        UserError: If it has arguments whose effect is not known here.
    """
    parser = argparse.ArgumentParser(exit_on_error=False, add_help=False)
    for flag in ('--with_box_refine', '--binary', '--masks', '--freeze_text_encoder'):
        parser.add_argument(flag, action='store_true')
    for flag, default in _NUMBERS.items():
        parser.add_argument(flag, type=int, default=default)
    parser.add_argument('--dropout', type=float, default=0.1)
    parser.add_argument('--dataset_file', default='ytvos')
    known, unknown = parser.parse_known_args(list(arguments))
    if unknown or not known.with_box_refine:
        raise UserError(
            f'official arguments {list(arguments)}: not known: {unknown or "no refine"}'
        )
    return known


# Of models trained without --binary, by --dataset_file.
_CLASSES = {'ytvos': 65, 'davis': 78, 'a2d': 1, 'jhmdb': 1}
_NUMBERS = {
    '--num_queries': 5,
    '--num_frames': 5,
    '--hidden_dim': 256,
    '--nheads': 8,
    '--enc_layers': 4,
    '--dec_layers': 4,
    '--dim_feedforward': 2048,
    '--num_feature_levels': 4,
    '--enc_n_points': 4,
    '--dec_n_points': 4,
    '--mask_dim': 256,
    '--controller_layers': 3,
    '--dynamic_mask_channels': 8,
}


def model_config(recording: Mapping[str, Any]) -> dict[str, Any]:
    """The config of the model of a recording.

    Args:
        recording: Its JSON: ``backbone``, ``args`` and ``text_config``.
    """
    args = parse_arguments(recording['args'])
    backbone, channels = backbone_config(recording['backbone'])
    return dict(
        type='MUTR',
        backbone=backbone,
        backbone_channels=channels,
        text_encoder=dict(
            type='HFTextEncoder', config=dict(model_type='roberta', **recording['text_config'])
        ),
        query_initializer=dict(type='RandomQueryInitializer'),
        refiner=dict(type='IdentityRefiner'),
        data_preprocessor=dict(type='RefVidSegDataPreprocessor'),
        criterion=dict(
            assigner=dict(type='SequenceHungarianAssigner'),
            weights=dict(
                loss_class=2.0, loss_bbox=5.0, loss_giou=2.0, loss_mask=2.0, loss_dice=5.0
            ),
        ),
        embed_dims=args.hidden_dim,
        num_queries=args.num_queries,
        num_classes=1 if args.binary else _CLASSES.get(args.dataset_file, 91),
        num_heads=args.nheads,
        feedforward_dims=args.dim_feedforward,
        transformer=dict(
            num_encoder_layers=args.enc_layers,
            num_decoder_layers=args.dec_layers,
            num_points=args.enc_n_points,
        ),
        mask_dims=args.mask_dim,
        mask_head_dims=args.dynamic_mask_channels,
        chunk_size=1000,
    )


def build_model(recording: Mapping[str, Any]) -> nn.Module:
    """Builds the model of a recording, reaching ``mevis.models`` by its registry alone."""
    mmengine.registry.init_default_scope('mevis')
    model = MODELS.build(model_config(recording))
    if parse_arguments(recording['args']).freeze_text_encoder:
        model.text_encoder.requires_grad_(False)
    return model


def silence_dropout(model: nn.Module) -> None:
    """Sets every dropout and drop-path of a model to 0."""
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if isinstance(module, nn.MultiheadAttention):
            module.dropout = 0.0
        if hasattr(module, 'drop_prob'):
            module.drop_prob = 0.0
