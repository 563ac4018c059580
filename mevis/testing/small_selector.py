"""A track selector of a few thousand weights, for tests."""

from typing import Any

import torch
from mmengine.registry import DefaultScope
from torch import nn

from mevis.registry import MODELS

WORDS = 'the thing moving left right up down still , that'


def build_small_selector(**overrides: Any) -> nn.Module:
    """A ``TrackSelector`` in evaluation mode, initialised with seed 0.

    Args:
        overrides: Arguments of the model.
    """
    torch.manual_seed(0)
    config = dict(
        type='TrackSelector',
        text_encoder=dict(type='VocabularyTextEncoder', words=WORDS, embed_dims=16),
        data_preprocessor=dict(type='RefVidSegDataPreprocessor'),
        refiner=dict(type='IdentityRefiner'),
        embed_dims=16,
        num_steps=8,
        num_heads=2,
        feedforward_dims=32,
    )
    with DefaultScope.overwrite_default_scope('mevis'):
        return MODELS.build(config | overrides).eval()
