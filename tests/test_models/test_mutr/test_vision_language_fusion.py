import torch

from mevis.models.mutr.vision_language_fusion import VisionLanguageFusion, WordProjection
from mevis.models.mutr.word_features import WordFeatures


def words(values, padding):
    return WordFeatures(values, padding, torch.zeros_like(values))


def test_words_of_padding_are_not_fused():
    torch.manual_seed(0)
    fusion = VisionLanguageFusion(16, 2)
    level, values = torch.randn(1, 2, 16, 3, 4), torch.randn(1, 5, 16)
    padding = torch.tensor([[False, False, False, True, True]])
    with torch.no_grad():
        long = fusion(level, words(values, padding))
        short = fusion(level, words(values[:, :3], padding[:, :3]))
    torch.testing.assert_close(long, short)
    assert long.shape == level.shape


def test_what_is_found_is_added():
    torch.manual_seed(0)
    fusion = VisionLanguageFusion(16, 2)
    torch.nn.init.zeros_(fusion.attn.out_proj.weight)
    torch.nn.init.zeros_(fusion.attn.out_proj.bias)
    level = torch.randn(1, 2, 16, 3, 4)
    found = fusion(level, words(torch.randn(1, 3, 16), torch.zeros(1, 3, dtype=torch.bool)))
    torch.testing.assert_close(found, level)


def test_the_projection_hands_on_padding_and_positions_of_words_alone():
    torch.manual_seed(0)
    projection = WordProjection(8, 16).eval()
    padding = torch.tensor([[False, False, True]])
    long = projection(torch.randn(1, 3, 8), padding)
    assert long.words.shape == (1, 3, 16)
    assert long.padding_mask is padding
    short = projection(torch.randn(1, 2, 8), padding[:, :2])
    torch.testing.assert_close(long.position[:, :2], short.position)
