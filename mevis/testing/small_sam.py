"""Small SAMs with random weights, for tests and benchmarks without downloads."""

from functools import partial

import torch
from torch import nn


def small_hq_sam(hq: bool = True, image_size: int = 128, seed: int = 0) -> nn.Module:
    """HQ-SAM of the package's own parts, with 0.1 M parameters.

    Args:
        hq: With the HQ token; without, the original SAM.
        image_size: Side of the square that frames are padded to, a multiple of 16.
        seed: Of its weights.
    """
    from segment_anything_hq import build_sam_baseline as baseline
    from segment_anything_hq.modeling import (
        ImageEncoderViT,
        MaskDecoder,
        MaskDecoderHQ,
        PromptEncoder,
        TwoWayTransformer,
    )

    torch.manual_seed(seed)
    width, vit_width, cells = 32, 32, image_size // 16
    encoder = ImageEncoderViT(
        img_size=image_size,
        patch_size=16,
        embed_dim=vit_width,
        depth=2,
        num_heads=2,
        mlp_ratio=2,
        out_chans=width,
        norm_layer=partial(nn.LayerNorm, eps=1e-6),
        use_rel_pos=True,
        window_size=3,
        global_attn_indexes=(0, 1),
    )
    prompts = PromptEncoder(width, (cells, cells), (image_size, image_size), 16)
    decoder = (partial(MaskDecoderHQ, vit_dim=vit_width) if hq else MaskDecoder)(
        transformer_dim=width,
        transformer=TwoWayTransformer(2, width, 2, 64),
        iou_head_hidden_dim=32,
    )
    # The original SAM has a decoder of another kind in the same frame.
    sam = baseline.Sam(encoder, prompts, decoder).eval()
    for name, value in sam.named_parameters():
        if 'pos' in name:  # made as zeros, which would hide a mistake
            nn.init.normal_(value, std=0.1)
    return sam
