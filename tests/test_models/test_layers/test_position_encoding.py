import math

import torch

from mevis.models.layers import sine_encoding_1d


def test_padding_after_the_words_changes_no_code():
    short = sine_encoding_1d(torch.zeros(1, 3, dtype=torch.bool), 8)
    padded = sine_encoding_1d(torch.tensor([[False] * 3 + [True] * 4]), 8)
    torch.testing.assert_close(padded[:, :3], short)


def test_the_last_word_is_at_two_pi():
    code = sine_encoding_1d(torch.zeros(1, 4, dtype=torch.bool), 8)
    angles = torch.tensor([0.25, 0.5, 0.75, 1.0]) * 2 * math.pi
    torch.testing.assert_close(code[0, :, 0], angles.sin(), rtol=0, atol=1e-5)
    torch.testing.assert_close(code[0, :, 1], angles.cos(), rtol=0, atol=1e-5)
