import torch

from mevis.models.mutr.word_features import WordFeatures


def test_one_expression_for_every_clip():
    words = WordFeatures(
        torch.randn(1, 3, 4), torch.tensor([[False, False, True]]), torch.randn(1, 3, 4)
    )
    three = words.expand(3)
    for field in ('words', 'padding_mask', 'position'):
        torch.testing.assert_close(
            getattr(three, field), getattr(words, field).repeat_interleave(3, 0)
        )
    assert three.expand(3) is three
