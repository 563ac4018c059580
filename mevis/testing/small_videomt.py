"""A whole VidEoMT of some ten thousand random weights in a folder, for tests and examples."""

from pathlib import Path

import torch


def write_small_videomt(folder: str | Path) -> str:
    """Writes a network of ten queries and three classes, the same one each time.

    Returns:
        The folder.
    """
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
    VideomtForUniversalSegmentation(config).save_pretrained(folder)
    return str(folder)
