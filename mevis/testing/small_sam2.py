"""A small SAM 2 with random weights, as the folder that transformers reads."""

from pathlib import Path

import torch
from torch import nn

WIDTH = 128
"""The least width at which the memory of SAM 2 works."""


def write_small_sam2(folder: str | Path, image_size: int = 64, seed: int = 0) -> str:
    """Writes weights, config and processors of a SAM 2 with 1.2 M parameters.

    Args:
        folder: Where they go.
        image_size: Side of the square that frames are squeezed into, a multiple of 32.
        seed: Of the weights.

    Returns:
        The folder.
    """
    from transformers import (
        Sam2HieraDetConfig,
        Sam2ImageProcessor,
        Sam2VideoConfig,
        Sam2VideoModel,
        Sam2VideoProcessor,
        Sam2VideoVideoProcessor,
        Sam2VisionConfig,
    )

    torch.manual_seed(seed)
    stages = [16, 32, 48, 64]
    cells = [image_size // stride for stride in (4, 8, 16)]
    backbone = Sam2HieraDetConfig(
        hidden_size=16,
        image_size=[image_size, image_size],
        blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=stages,
        num_attention_heads_per_stage=[1, 2, 2, 2],
        window_size_per_stage=[4, 4, 4, 4],
        global_attention_blocks=[3],
        mlp_ratio=2.0,
    )
    vision = Sam2VisionConfig(
        backbone_config=backbone,
        backbone_channel_list=stages[::-1],
        backbone_feature_sizes=[[side, side] for side in cells],
        fpn_hidden_size=WIDTH,
    )
    config = Sam2VideoConfig(
        vision_config=vision,
        prompt_encoder_config=dict(hidden_size=WIDTH, image_size=image_size),
        mask_decoder_config=dict(
            hidden_size=WIDTH, mlp_dim=64, num_attention_heads=4, iou_head_hidden_dim=32
        ),
        image_size=image_size,
        memory_attention_hidden_size=WIDTH,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=64,
        memory_attention_rope_feat_sizes=[cells[-1], cells[-1]],
        memory_encoder_hidden_size=WIDTH,
        mask_downsampler_embed_dim=WIDTH,
        memory_fuser_embed_dim=WIDTH,
        memory_fuser_intermediate_dim=64,
    )
    model = Sam2VideoModel(config).eval()
    for name, value in model.named_parameters():
        # Made small, and as zeros: masks would be flat, memory blind, objects absent.
        if 'norm' not in name:
            nn.init.normal_(value, std=0.15)
    nn.init.constant_(model.mask_decoder.pred_obj_score_head.proj_out.bias, 1.0)
    side = {'height': image_size, 'width': image_size}
    mask_side = {'height': cells[0], 'width': cells[0]}
    processor = Sam2VideoProcessor(
        Sam2ImageProcessor(size=side, mask_size=mask_side),
        Sam2VideoVideoProcessor(size=side),
        target_size=image_size,
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return str(folder)


def write_sam2_tiny(folder: str | Path) -> str:
    """Writes SAM 2 "tiny" at full size, 39 M parameters and 1024 pixels, with random weights."""
    from transformers import (
        Sam2ImageProcessor,
        Sam2VideoConfig,
        Sam2VideoModel,
        Sam2VideoProcessor,
        Sam2VideoVideoProcessor,
    )

    torch.manual_seed(0)
    Sam2VideoModel(Sam2VideoConfig()).save_pretrained(folder)
    Sam2VideoProcessor(Sam2ImageProcessor(), Sam2VideoVideoProcessor()).save_pretrained(folder)
    return str(folder)
