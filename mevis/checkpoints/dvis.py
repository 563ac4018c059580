"""Official MinVIS and DVIS checkpoints: their names, their architecture."""

from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor

from mevis.checkpoints.adapter import Conversion, Rule, StateDictAdapter
from mevis.checkpoints.backbone_rules import detectron2_resnet_rules, swin_rules
from mevis.structures.vis_classes import data_set_of

_HEAD = 'segmenter.head.'
_PIXELS = 'sem_seg_head.pixel_decoder.'
_PREDICTOR = 'sem_seg_head.predictor.'
# Before renames in the official repository.
_OLD_NAMES = {'static_query': 'query_feat', 'offline_tracker.': 'refiner.'}
_IGNORED = {'criterion.empty_weight': 'class weights of the official training loss'}


def _pixel_decoder_rules() -> list[Rule]:
    ours = f'{_HEAD}pixel_decoder.'
    theirs = f'{_PIXELS}transformer.encoder.layers.{{}}.'
    layer = f'{ours}encoder.layers.{{}}.'
    return [
        Rule(f'{_PIXELS}input_proj.{{}}.0', f'{ours}input_convs.{{}}.conv'),
        Rule(f'{_PIXELS}input_proj.{{}}.1', f'{ours}input_convs.{{}}.gn'),
        Rule(f'{_PIXELS}transformer.level_embed', f'{ours}level_encoding.weight'),
        Rule(f'{theirs}self_attn', f'{layer}self_attn'),
        Rule(f'{theirs}norm1', f'{layer}norms.0'),
        Rule(f'{theirs}norm2', f'{layer}norms.1'),
        Rule(f'{theirs}linear1', f'{layer}ffn.layers.0.0'),
        Rule(f'{theirs}linear2', f'{layer}ffn.layers.1'),
        Rule(f'{_PIXELS}adapter_1.norm', f'{ours}lateral_convs.0.gn'),
        Rule(f'{_PIXELS}adapter_1', f'{ours}lateral_convs.0.conv'),
        Rule(f'{_PIXELS}layer_1.norm', f'{ours}output_convs.0.gn'),
        Rule(f'{_PIXELS}layer_1', f'{ours}output_convs.0.conv'),
        Rule(f'{_PIXELS}mask_features', f'{ours}mask_feature'),
    ]


def _predictor_rules() -> list[Rule]:
    layer = f'{_HEAD}transformer_decoder.layers.{{}}.'
    cross = f'{_PREDICTOR}transformer_cross_attention_layers.{{}}.'
    self_attn = f'{_PREDICTOR}transformer_self_attention_layers.{{}}.'
    ffn = f'{_PREDICTOR}transformer_ffn_layers.{{}}.'
    return [
        Rule(f'{cross}multihead_attn', f'{layer}cross_attn.attn'),
        Rule(f'{cross}norm', f'{layer}norms.0'),
        Rule(f'{self_attn}self_attn', f'{layer}self_attn.attn'),
        Rule(f'{self_attn}norm', f'{layer}norms.1'),
        Rule(f'{ffn}linear1', f'{layer}ffn.layers.0.0'),
        Rule(f'{ffn}linear2', f'{layer}ffn.layers.1'),
        Rule(f'{ffn}norm', f'{layer}norms.2'),
        Rule(f'{_PREDICTOR}decoder_norm', f'{_HEAD}transformer_decoder.post_norm'),
        *(
            Rule(f'{_PREDICTOR}{name}', f'{_HEAD}{name}')
            for name in ('query_feat', 'query_embed', 'level_embed')
        ),
        Rule(f'{_PREDICTOR}class_embed', f'{_HEAD}cls_embed'),
        # mmdet counts the rectifiers between the three linear layers.
        *(
            Rule(f'{_PREDICTOR}mask_embed.layers.{i}', f'{_HEAD}mask_embed.{2 * i}')
            for i in range(3)
        ),
    ]


def _part_rules(part: str, blocks: Mapping[str, str]) -> list[Rule]:
    """Names of the tracker or the refiner: what both have, and their self-attention blocks."""
    layer = f'{part}.layers.{{}}.'
    cross = f'{part}.transformer_cross_attention_layers.{{}}.'
    ffn = f'{part}.transformer_ffn_layers.{{}}.'
    rules = [
        Rule(f'{cross}multihead_attn', f'{layer}cross_attn.attn'),
        Rule(f'{cross}norm', f'{layer}cross_attn.norm'),
        *(Rule(f'{ffn}{name}', f'{layer}ffn.{name}') for name in ('linear1', 'linear2', 'norm')),
        Rule(f'{part}.decoder_norm', f'{part}.norm'),
        Rule(f'{part}.class_embed', f'{part}.class_head'),
        Rule(f'{part}.mask_embed', f'{part}.mask_embed'),
    ]
    for theirs, ours in blocks.items():
        rules += [
            Rule(f'{part}.{theirs}.{{}}.self_attn', f'{layer}{ours}.attn'),
            Rule(f'{part}.{theirs}.{{}}.norm', f'{layer}{ours}.norm'),
        ]
    return rules


_RULES = [
    *_pixel_decoder_rules(),
    *_predictor_rules(),
    *_part_rules('tracker', {'transformer_self_attention_layers': 'self_attn'}),
    *_part_rules(
        'refiner',
        {
            'transformer_time_self_attention_layers': 'time_attn',
            'transformer_obj_self_attention_layers': 'object_attn',
        },
    ),
    Rule('refiner.conv_short_aggregate_layers.{}', 'refiner.layers.{}.conv'),
    Rule('refiner.conv_norms.{}', 'refiner.layers.{}.conv_norm'),
    Rule('refiner.activation_proj', 'refiner.frame_weight'),
]


def dvis_adapter(keys: Iterable[str], prefix: str = 'backbone.') -> StateDictAdapter:
    """The adapter for a checkpoint with these keys.

    Args:
        keys: Official names, or ours.
        prefix: How the backbone's keys begin: ``segmenter.backbone.`` for ours.
    """
    swin = any(key.startswith(f'{prefix}patch_embed') for key in keys)
    backbone = swin_rules if swin else detectron2_resnet_rules
    rules = [*_RULES, *backbone('backbone.', 'segmenter.backbone.')]
    return StateDictAdapter('the official MinVIS and DVIS', rules, _IGNORED)


def current_name(key: str) -> str:
    """The name that the official code of today gives to a tensor."""
    for old, new in _OLD_NAMES.items():
        key = key.replace(old, new)
    return key.removeprefix('module.')


def is_official(state_dict: Mapping[str, Any]) -> bool:
    """Whether these are weights of the official MinVIS or DVIS."""
    return any(current_name(key) == f'{_PREDICTOR}query_feat.weight' for key in state_dict)


def convert_official(state_dict: Mapping[str, Tensor]) -> Conversion:
    """Official weights to ours.

    Raises:
        UserError: If a tensor is not known.
    """
    state_dict = {current_name(key): value for key, value in state_dict.items()}
    return dvis_adapter(state_dict).to_ours(state_dict)


def convert_to_official(state_dict: Mapping[str, Tensor]) -> Conversion:
    """Our weights to the official names.

    Raises:
        UserError: If a tensor has no place there.
    """
    return dvis_adapter(state_dict, 'segmenter.backbone.').to_official(state_dict)


def architecture_of(state_dict: Mapping[str, Tensor]) -> dict[str, Any]:
    """What our weights say about the model, for messages; empty if they are of no DVIS."""
    named = [f'{_HEAD}{name}.weight' for name in ('cls_embed', 'query_feat')]
    if not all(name in state_dict and state_dict[name].dim() for name in named):
        return {}
    parts = {key.split('.')[0] for key in state_dict}
    stage = 'offline' if 'refiner' in parts else 'online'
    return {
        'model': f'DVIS {stage}' if 'tracker' in parts else 'MinVIS',
        'trained for': data_set_of(len(state_dict[f'{_HEAD}cls_embed.weight']) - 1),
        'num_queries': len(state_dict[f'{_HEAD}query_feat.weight']),
    }
