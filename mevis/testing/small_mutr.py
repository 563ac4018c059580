"""A whole MUTR of a few hundred thousand weights, for tests and examples.

Every part of the large model is in it.  Its weights follow the rule of the recordings instead of
the initialisation, whose zeros (box heads, sampling offsets) would hide half of what is computed.
"""

from collections.abc import Sequence
from typing import Any

import mmengine.registry
import numpy as np
import torch
from torch import nn

from mevis.registry import MODELS
from mevis.structures import Expression, RefVidSegDataSample
from mevis.testing.parity.comparison import ruled_tensor

ROBERTA = dict(
    model_type='roberta',
    vocab_size=50,
    hidden_size=16,
    num_hidden_layers=1,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=34,
)


def small_mutr_config(**overrides: Any) -> dict[str, Any]:
    """The config of the small model: a ResNet-18 of 8 channels, two layers everywhere.

    Args:
        **overrides: Arguments of ``MUTR`` that replace those of the small model.
    """
    config = dict(
        type='MUTR',
        backbone=dict(
            type='mmdet.ResNet',
            depth=18,
            base_channels=8,
            norm_cfg=dict(type='mevis.FrozenBatchNorm2d'),
            norm_eval=False,
        ),
        backbone_channels=[8, 16, 32, 64],
        text_encoder=dict(type='WordTextEncoder', embed_dims=16, vocab_size=64, num_heads=2),
        query_initializer=dict(type='RandomQueryInitializer'),
        refiner=dict(type='IdentityRefiner'),
        data_preprocessor=dict(type='RefVidSegDataPreprocessor'),
        criterion=dict(
            assigner=dict(type='SequenceHungarianAssigner'),
            weights=dict(
                loss_class=2.0, loss_bbox=5.0, loss_giou=2.0, loss_mask=2.0, loss_dice=5.0
            ),
        ),
        embed_dims=32,
        num_queries=3,
        num_heads=2,
        feedforward_dims=32,
        transformer=dict(num_encoder_layers=1, num_decoder_layers=2),
        mask_dims=16,
    )
    return {**config, **overrides}


def build_small_mutr(**overrides: Any) -> nn.Module:
    """Builds the small model with weights by rule, in evaluation mode."""
    mmengine.registry.init_default_scope('mevis')
    model = MODELS.build(small_mutr_config(**overrides))
    fill_with_life(model)
    return model.eval()


@torch.no_grad()
def fill_with_life(model: nn.Module, leave: Sequence[str] = ('time_encoding',)) -> None:
    """Sets every floating-point entry by the rule of the recordings, by its name.

    Args:
        model: The model.
        leave: Beginnings of the names that keep their values.
    """
    for name, value in model.state_dict().items():
        if value.is_floating_point() and not name.startswith(tuple(leave)):
            value.copy_(ruled_tensor(name, tuple(value.shape)))


def random_video(num_frames: int, size: tuple[int, int] = (64, 96), seed: int = 0) -> torch.Tensor:
    """Frames (T, 3, H, W) uint8 in which every 8x8 block has a colour of its own."""
    height, width = size
    shape = (num_frames, 3, -(-height // 8), -(-width // 8))
    blocks = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return torch.from_numpy(blocks.repeat(8, 2).repeat(8, 3)[:, :, :height, :width].copy())


def random_clip(
    model: nn.Module, num_frames: int, seed: int = 0, size: tuple[int, int] = (64, 96)
) -> torch.Tensor:
    """:func:`random_video` as a model's clips (1, T, 3, H, W), normalised."""
    return model.data_preprocessor.normalize(random_video(num_frames, size, seed))[None]


def video_sample(
    num_frames: int,
    size: tuple[int, int] = (64, 96),
    texts: Sequence[str] = ('the red square',),
    times: Sequence[int] | None = None,
) -> RefVidSegDataSample:
    """The sample of a video, or of a clip of it.

    Args:
        num_frames: Frames T.
        size: (H, W) of the frames.
        texts: Its expressions.
        times: Indices of the frames in the video; 0..T-1 if None.

    Returns:
        A sample whose ``gt_masks`` hold a square that moves to the right.
    """
    times = list(range(num_frames)) if times is None else list(times)
    sample = RefVidSegDataSample(
        metainfo=dict(
            video='video',
            frame_names=[f'{time:05d}' for time in times],
            frame_indices=times,
            num_video_frames=max(times) + 1,
            ori_shape=tuple(size),
            img_shape=tuple(size),
            flip=False,
            expressions=[Expression(str(i), text, (0,)) for i, text in enumerate(texts)],
        )
    )
    masks = torch.zeros(num_frames, *size, dtype=torch.bool)
    for index in range(num_frames):
        masks[index, size[0] // 4 : size[0] // 2, 8 + 4 * index : 32 + 4 * index] = True
    sample.gt_masks = masks
    return sample
