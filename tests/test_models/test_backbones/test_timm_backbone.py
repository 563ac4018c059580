import pytest
import torch

from mevis.errors import UserError
from mevis.models.backbones import TimmBackbone


@torch.no_grad()
def test_a_model_that_puts_channels_last_is_turned():
    options = dict(img_size=(64, 96), embed_dim=12, depths=(1, 1, 1, 1), num_heads=(1, 1, 2, 2))
    backbone = TimmBackbone('swin_tiny_patch4_window7_224', options).eval()
    levels = backbone(torch.randn(2, 3, 64, 96))
    shapes = [
        (2, c, 64 // s, 96 // s) for c, s in zip((12, 24, 48, 96), (4, 8, 16, 32), strict=True)
    ]
    assert [tuple(level.shape) for level in levels] == shapes
    assert backbone.out_channels == (12, 24, 48, 96)


def test_an_unknown_name_is_answered_with_close_ones():
    with pytest.raises(UserError, match=r"'resnet_50' is not a model of timm\. Close: .*resnet"):
        TimmBackbone('resnet_50')


def test_a_model_without_the_strides_is_refused():
    with pytest.raises(UserError, match='MUTR needs 4, 8, 16 and 32'):
        TimmBackbone('vit_tiny_patch16_224', dict(img_size=32, depth=4))
