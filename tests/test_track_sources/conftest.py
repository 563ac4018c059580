"""Small networks with random weights in folders, as transformers saves them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from mevis.structures import VideoFrames
from mevis.testing.small_dvis import smooth_video


@pytest.fixture
def make_video() -> Callable[[int], VideoFrames]:
    """Videos of T smooth frames (50, 70); ``positions`` says what was read."""

    def make(num_frames: int) -> VideoFrames:
        frames = smooth_video(num_frames, 50, 70).permute(0, 2, 3, 1).numpy()
        positions: list[int] = []

        def read(wanted: Any) -> np.ndarray:
            positions.extend(wanted)
            return frames[list(wanted)]

        read.positions = positions  # type: ignore[attr-defined]
        return VideoFrames('bird', [f'{t:05d}' for t in range(num_frames)], (50, 70), read)

    return make


@pytest.fixture(scope='session')
def videomt_folder(tmp_path_factory) -> str:
    """A VidEoMT of ten queries and three classes."""
    from transformers import VideomtConfig, VideomtForUniversalSegmentation

    torch.manual_seed(0)
    config = VideomtConfig(
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        image_size=64,
        patch_size=16,
        num_blocks=1,
        num_queries=10,
        num_register_tokens=2,
        num_labels=3,
        initializer_range=0.3,
    )
    path = tmp_path_factory.mktemp('videomt')
    VideomtForUniversalSegmentation(config).save_pretrained(path)
    return str(path)


@pytest.fixture(scope='session')
def sam3_folder(tmp_path_factory) -> str:
    """A SAM 3 of 4.6 million weights that is sure of everything it sees."""
    from transformers import (
        Sam2VideoVideoProcessor,
        Sam3ImageProcessor,
        Sam3VideoConfig,
        Sam3VideoModel,
        Sam3VideoProcessor,
    )

    path = tmp_path_factory.mktemp('sam3')
    torch.manual_seed(0)
    Sam3VideoModel(Sam3VideoConfig(**_sam3_config(dims=128, side=112))).save_pretrained(path)
    side = {'height': 112, 'width': 112}
    Sam3VideoProcessor(
        Sam3ImageProcessor(size=side, mask_size={'height': 32, 'width': 32}),
        Sam2VideoVideoProcessor(size=side),
        _tokenizer(),
        target_size=112,
    ).save_pretrained(path)
    return str(path)


def _sam3_config(dims: int, side: int) -> dict[str, Any]:
    vision = dict(
        backbone_config=dict(
            model_type='sam3_vit_model',
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=side,
            window_size=4,
            global_attn_indexes=[1],
            pretrain_image_size=56,
        ),
        fpn_hidden_size=dims,
        backbone_feature_sizes=[[32, 32], [16, 16], [8, 8]],
    )
    small = dict(hidden_size=dims, num_attention_heads=4, intermediate_size=64)
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
        mask_decoder_config=dict(hidden_size=dims, num_attention_heads=4),
    )
    tracker = dict(
        model_type='sam3_tracker_video',
        image_size=side,
        vision_config=vision,
        prompt_encoder_config=dict(hidden_size=dims, image_size=side),
        mask_decoder_config=dict(
            hidden_size=dims, mlp_dim=64, num_attention_heads=4, iou_head_hidden_dim=32
        ),
        memory_attention_hidden_size=dims,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=64,
        memory_encoder_hidden_size=dims,
        mask_downsampler_embed_dim=dims,
        memory_fuser_embed_dim=dims,
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
