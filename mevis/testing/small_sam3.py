"""A whole SAM 3 of 4.6 million random weights in a folder, for tests and examples."""

from pathlib import Path
from typing import Any

import torch

_DIMS, _SIDE = 128, 112


def write_small_sam3(folder: str | Path) -> str:
    """Writes network and processor as transformers saves them, the same ones each time.

    It is sure of whatever it sees, and knows the words "bird" and "dog".

    Returns:
        The folder.
    """
    from transformers import (
        Sam2VideoVideoProcessor,
        Sam3ImageProcessor,
        Sam3VideoConfig,
        Sam3VideoModel,
        Sam3VideoProcessor,
    )

    torch.manual_seed(0)
    Sam3VideoModel(Sam3VideoConfig(**_config())).save_pretrained(folder)
    side = {'height': _SIDE, 'width': _SIDE}
    Sam3VideoProcessor(
        Sam3ImageProcessor(size=side, mask_size={'height': 32, 'width': 32}),
        Sam2VideoVideoProcessor(size=side),
        _tokenizer(),
        target_size=_SIDE,
    ).save_pretrained(folder)
    return str(folder)


def _config() -> dict[str, Any]:
    vision = dict(
        backbone_config=dict(
            model_type='sam3_vit_model',
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=_SIDE,
            window_size=4,
            global_attn_indexes=[1],
            pretrain_image_size=56,
        ),
        fpn_hidden_size=_DIMS,
        backbone_feature_sizes=[[32, 32], [16, 16], [8, 8]],
    )
    small = dict(hidden_size=_DIMS, num_attention_heads=4, intermediate_size=64)
    text = dict(
        vocab_size=300,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=32,
        projection_dim=32,
        bos_token_id=5,
        eos_token_id=6,
    )
    detector = dict(
        model_type='sam3',
        vision_config=vision,
        text_config=text,
        geometry_encoder_config=dict(num_layers=1, **small),
        detr_encoder_config=dict(num_layers=1, **small),
        detr_decoder_config=dict(num_layers=2, num_queries=20, **small),
        mask_decoder_config=dict(hidden_size=_DIMS, num_attention_heads=4),
    )
    tracker = dict(
        model_type='sam3_tracker_video',
        image_size=_SIDE,
        vision_config=vision,
        prompt_encoder_config=dict(hidden_size=_DIMS, image_size=_SIDE),
        mask_decoder_config=dict(
            hidden_size=_DIMS, mlp_dim=64, num_attention_heads=4, iou_head_hidden_dim=32
        ),
        memory_attention_hidden_size=_DIMS,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=64,
        memory_encoder_hidden_size=_DIMS,
        mask_downsampler_embed_dim=_DIMS,
        memory_fuser_embed_dim=_DIMS,
        memory_fuser_intermediate_dim=64,
        memory_fuser_num_layers=1,
        memory_attention_rope_feat_sizes=[8, 8],
    )
    return dict(
        detector_config=detector,
        tracker_config=tracker,
        low_res_mask_size=32,
        score_threshold_detection=0.05,
        new_det_thresh=0.05,
    )


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = {word: index for index, word in enumerate(('<pad>', '<unk>', 'bird', 'dog'))}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token='<unk>'))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token='<pad>', unk_token='<unk>')
