"""mmdet's encoder with the attention that a config names."""

import pytest
import torch
from mmcv.ops import MultiScaleDeformableAttention
from mmdet.models.layers import DeformableDetrTransformerEncoder
from mmengine.config import ConfigDict

from mevis.models.layers import DeformableEncoder, TableDeformableAttention
from mevis.registry import MODELS

SHAPES = torch.tensor([[16, 20], [4, 5]])
CELLS = 340


def config(**attention):
    return dict(
        num_layers=2,
        layer_cfg=ConfigDict(
            self_attn_cfg=dict(embed_dims=16, num_heads=2, num_levels=2, dropout=0.1, **attention),
            ffn_cfg=dict(embed_dims=16, feedforward_channels=24, ffn_drop=0.1),
        ),
    )


def inputs():
    generator = torch.Generator().manual_seed(1)
    query, position = torch.randn(2, 2, CELLS, 16, generator=generator)
    padding = torch.zeros(2, CELLS, dtype=torch.bool)
    padding[1, 300:] = True
    return dict(
        query=query,
        query_pos=position,
        key_padding_mask=padding,
        spatial_shapes=SHAPES,
        level_start_index=torch.tensor([0, 320]),
        valid_ratios=torch.ones(2, 2, 2),
    )


def encoders():
    """mmdet's and ours from one seed."""
    made = []
    for kind in (DeformableDetrTransformerEncoder, DeformableEncoder):
        torch.manual_seed(0)
        made.append(kind(**config()))
        for layer in made[-1].layers:
            torch.nn.init.normal_(layer.self_attn.sampling_offsets.weight)
            torch.nn.init.normal_(layer.self_attn.attention_weights.weight)
    return made


def test_a_seed_gives_the_weights_and_the_answer_of_mmdet():
    theirs, ours = (encoder.eval() for encoder in encoders())
    wanted, got = theirs.state_dict(), ours.state_dict()
    assert list(wanted) == list(got)
    assert all(torch.equal(wanted[name], got[name]) for name in wanted)
    for context in (torch.no_grad(), torch.enable_grad()):
        with context:
            torch.testing.assert_close(ours(**inputs()), theirs(**inputs()), rtol=1e-4, atol=1e-5)


def test_the_config_names_the_attention():
    kinds = {type(layer.self_attn) for layer in DeformableEncoder(**config()).layers}
    assert kinds == {TableDeformableAttention}
    MODELS.register_module(name='PlainDeformable', module=MultiScaleDeformableAttention, force=True)
    try:
        plain = DeformableEncoder(**config(type='PlainDeformable'))
    finally:
        MODELS.module_dict.pop('PlainDeformable')
    assert {type(layer.self_attn) for layer in plain.layers} == {MultiScaleDeformableAttention}


@pytest.mark.parametrize('mode', ['train', 'eval'])
def test_recomputing_changes_no_gradient(mode):
    encoder = encoders()[1].train(mode == 'train')
    gradients = []
    for recompute in (False, True):
        encoder.recompute = recompute
        encoder.zero_grad()
        torch.manual_seed(3)
        encoder(**inputs()).square().sum().backward()
        gradients.append({name: p.grad.clone() for name, p in encoder.named_parameters()})
    assert all(gradient.abs().sum() > 0 for gradient in gradients[0].values())
    for name, wanted in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], wanted, rtol=1e-5, atol=1e-6)


def test_points_are_those_of_mmdet():
    shapes = torch.tensor([[5, 8], [3, 4], [1, 2]])
    arguments = shapes, torch.rand(2, 3, 2) / 2 + 0.5, 'cpu'
    theirs = DeformableDetrTransformerEncoder.get_encoder_reference_points(*arguments)
    assert torch.equal(DeformableEncoder.get_encoder_reference_points(*arguments), theirs)
