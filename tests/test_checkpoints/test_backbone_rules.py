import pytest
import torch
import torch.nn.functional as F
from mmdet.models.layers import PatchMerging

from mevis.checkpoints.adapter import StateDictAdapter
from mevis.checkpoints.backbone_rules import (
    merge_taps_to_mmdet,
    merge_taps_to_official,
    swin_rules,
)


@pytest.mark.parametrize('shape', [(12,), (6, 12)])
def test_the_order_of_four_pixels_survives_there_and_back(shape):
    value = torch.randn(shape)
    there = merge_taps_to_mmdet(value)
    assert not torch.equal(there, value)
    assert torch.equal(merge_taps_to_official(there), value)


@torch.no_grad()
@pytest.mark.parametrize('size', [(4, 6), (5, 7)])
def test_converted_weights_merge_patches_as_the_authors_do(size):
    """The authors join the four pixels as blocks of channels, mmdet by unfolding."""
    torch.manual_seed(0)
    channels, (height, width) = 3, size
    norm_weight, norm_bias = torch.randn(12), torch.randn(12)
    reduction = torch.randn(6, 12)
    x = torch.randn(2, height, width, channels)

    padded = F.pad(x, (0, 0, 0, width % 2, 0, height % 2))
    corners = [padded[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
    joined = F.layer_norm(torch.cat(corners, -1).flatten(1, 2), (12,), norm_weight, norm_bias)
    expected = joined @ reduction.T

    merging = PatchMerging(channels, 2 * channels)
    merging.load_state_dict(
        {
            'norm.weight': merge_taps_to_mmdet(norm_weight),
            'norm.bias': merge_taps_to_mmdet(norm_bias),
            'reduction.weight': merge_taps_to_mmdet(reduction),
        }
    )
    got, _ = merging(x.flatten(1, 2), size)
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)


def test_every_tensor_of_a_swin_goes_there_and_back():
    import mevis.models  # noqa: F401 - installs mmcv's fallback
    from mevis.registry import MODELS

    model = MODELS.build(
        dict(
            type='mmdet.SwinTransformer',
            embed_dims=6,
            depths=(1, 1, 1, 1),
            num_heads=(1, 1, 2, 2),
        )
    )
    state = {f'ours.{name}': value for name, value in model.state_dict().items()}
    adapter = StateDictAdapter('Swin', swin_rules('theirs.', 'ours.'))
    official = adapter.to_official(state).state_dict
    assert all(name.startswith('theirs.') for name in official)
    assert 'theirs.layers.0.blocks.0.attn.qkv.weight' in official
    back = adapter.to_ours(official).state_dict
    assert set(back) == set(state)
    assert all(torch.equal(back[name], state[name]) for name in state)
