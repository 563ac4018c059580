"""Official MUTR checkpoints: their names, their architecture."""

from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor

from mevis.checkpoints.adapter import Conversion, Rule, StateDictAdapter
from mevis.checkpoints.backbone_rules import swin_rules

_BACKBONE = 'backbone.0.body.'

_ENCODER = 'transformer.encoder.layers.{}.'
_DECODER = 'transformer.decoder.layers.{}.'
_FPN = 'pixel_decoder.'
_MTI = 'temporal_interaction.'


def _feed_forward(official: str, ours: str, norm: str) -> list[Rule]:
    return [
        Rule(f'{official}linear1', f'{ours}linear1'),
        Rule(f'{official}linear2', f'{ours}linear2'),
        Rule(f'{official}{norm}', f'{ours}norm'),
    ]


def _transformer_rules() -> list[Rule]:
    norms = [('norm2', 0), ('norm1', 1), ('norm3', 2)]
    return [
        Rule('transformer.level_embed', 'transformer.level_embedding.weight'),
        Rule('transformer.reference_points', 'transformer.reference_points'),
        Rule('query_embed', 'transformer.query_position'),
        Rule(f'{_ENCODER}self_attn', f'{_ENCODER}self_attn'),
        Rule(f'{_ENCODER}norm1', f'{_ENCODER}norms.0'),
        Rule(f'{_ENCODER}norm2', f'{_ENCODER}norms.1'),
        Rule(f'{_DECODER}cross_attn', f'{_DECODER}cross_attn'),
        Rule(f'{_DECODER}self_attn', f'{_DECODER}self_attn.attn'),
        *(Rule(f'{_DECODER}{name}', f'{_DECODER}norms.{index}') for name, index in norms),
        *(
            Rule(f'{layer}{name}', f'{layer}ffn.layers.{place}')
            for layer in (_ENCODER, _DECODER)
            for name, place in (('linear1', '0.0'), ('linear2', '1'))
        ),
    ]


def _pixel_decoder_rules() -> list[Rule]:
    rules = [Rule(f'{_FPN}mask_features', f'{_FPN}mask_features')]
    for level in range(4):
        stage = level + 1
        lateral, output = f'{_FPN}lateral_convs.{level}.', f'{_FPN}output_convs.{level}.'
        theirs, block = f'{_FPN}cross_attn_{stage}.', f'{_FPN}blocks.{level}.'
        rules += [
            Rule(f'{_FPN}adapter_{stage}.weight', f'{lateral}conv.weight'),
            Rule(f'{_FPN}adapter_{stage}.norm', f'{lateral}gn'),
            Rule(f'{_FPN}layer_{stage}.weight', f'{output}conv.weight'),
            Rule(f'{_FPN}layer_{stage}.norm', f'{output}gn'),
            Rule(f'{theirs}self_attn', f'{block}self_attn'),
            Rule(f'{theirs}norm1', f'{block}norm'),
            Rule(f'{theirs}multihead_attn', f'{block}cross_attn.attn'),
            Rule(f'{theirs}norm2', f'{block}cross_attn.norm'),
            *_feed_forward(theirs, f'{block}ffn.', 'norm3'),
        ]
    return rules


def mti_rules(official: str = 'mti.', ours: str = _MTI) -> list[Rule]:
    """Names inside of MTI but for ``query_feat``, which is the query initializer's."""
    encoder, decoder = f'{ours}encoder.{{}}.', f'{ours}decoder.{{}}.'
    self_attn = f'{official}transformer_self_attention_layers.{{}}.'
    cross_attn = f'{official}transformer_cross_attention_layers.{{}}.'
    return [
        Rule(f'{official}fq_pos', f'{ours}frame_query_position'),
        Rule(f'{official}query_embed', f'{ours}video_query_position'),
        Rule(f'{official}decoder_norm', f'{ours}norm'),
        Rule(f'{official}enc_self_attn.{{}}.self_attn', f'{encoder}self_attn.attn'),
        Rule(f'{official}enc_self_attn.{{}}.norm', f'{encoder}self_attn.norm'),
        *_feed_forward(f'{official}enc_ffn.{{}}.', f'{encoder}ffn.', 'norm'),
        Rule(f'{cross_attn}multihead_attn', f'{decoder}cross_attn.attn'),
        Rule(f'{cross_attn}norm', f'{decoder}cross_attn.norm'),
        Rule(f'{self_attn}self_attn', f'{decoder}self_attn.attn'),
        Rule(f'{self_attn}norm', f'{decoder}self_attn.norm'),
        *_feed_forward(f'{official}transformer_ffn_layers.{{}}.', f'{decoder}ffn.', 'norm'),
    ]


def _part_rules() -> list[Rule]:
    aggregation = 'temporal_aggregation.'
    return [
        Rule('text_encoder', 'text_encoder.body'),
        Rule('resizer.fc', 'word_projection.linear'),
        Rule('resizer.layer_norm', 'word_projection.norm'),
        Rule('input_proj', 'level_projection.projections'),
        Rule('fusion_module.multihead_attn', 'fusion.attn'),
        Rule('MTA.layers.0.multihead_attn', f'{aggregation}cross_attn.attn'),
        Rule('MTA.layers.0.norm1', f'{aggregation}cross_attn.norm'),
        *_feed_forward('MTA.layers.0.', f'{aggregation}ffn.', 'norm2'),
        Rule('mti.query_feat', 'query_initializer.embedding'),
        Rule('class_embed', 'class_heads'),
        Rule('bbox_embed', 'box_heads'),
        Rule('controller', 'mask_head.controller'),
    ]


_RULES = [*_transformer_rules(), *_pixel_decoder_rules(), *mti_rules(), *_part_rules()]
_IGNORED = {
    'text_encoder.embeddings.position_ids': 'a constant of old transformers versions',
}


def _backbone_rules(keys: Iterable[str], prefix: str) -> list[Rule]:
    keys = [key for key in keys if key.startswith(prefix)]
    image_swin = any(key.startswith((f'{prefix}norm0', f'{prefix}stages.')) for key in keys)
    if image_swin:
        return swin_rules(_BACKBONE, 'backbone.')
    # ResNet has torchvision's names in both; Video-Swin its authors' names.
    return [Rule(_BACKBONE.removesuffix('.'), 'backbone')]


def mutr_adapter(keys: Iterable[str], prefix: str = _BACKBONE) -> StateDictAdapter:
    """The adapter for a checkpoint with these keys.

    Args:
        keys: Official names, or ours.
        prefix: How the backbone's keys begin: ``backbone.`` for ours.
    """
    return StateDictAdapter(
        'the official MUTR',
        [*_RULES, *_backbone_rules(keys, prefix)],
        _IGNORED,
        aliases={'transformer.decoder.bbox_embed': 'bbox_embed'},
    )


def is_official(state_dict: Mapping[str, Any]) -> bool:
    """Whether these are weights of the official MUTR."""
    keys = {key.removeprefix('module.') for key in state_dict}
    return 'mti.query_feat.weight' in keys and 'query_embed.weight' in keys


def convert_official(state_dict: Mapping[str, Tensor]) -> Conversion:
    """Official weights to ours.

    Raises:
        UserError: If a tensor is not known.
    """
    keys = [key.removeprefix('module.') for key in state_dict]
    return mutr_adapter(keys).to_ours(state_dict)


def convert_to_official(state_dict: Mapping[str, Tensor]) -> Conversion:
    """Our weights to the official names.

    Raises:
        UserError: If a tensor has no place there, such as those of time codes.
    """
    return mutr_adapter(state_dict, 'backbone.').to_official(state_dict)


def architecture_of(args: Mapping[str, Any]) -> dict[str, Any]:
    """What the command line inside of a release says about the model."""
    known = ('backbone', 'num_queries', 'binary', 'enc_layers', 'dec_layers', 'hidden_dim')
    return {key: args[key] for key in known if key in args}
