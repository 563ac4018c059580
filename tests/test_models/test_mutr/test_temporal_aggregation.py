import pytest
import torch

from mevis.models.mutr.temporal_aggregation import TemporalAggregation
from mevis.models.mutr.word_features import WordFeatures


@pytest.fixture
def aggregation():
    torch.manual_seed(0)
    return TemporalAggregation(16, 2, 32).eval()


def words(length=4):
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randn(1, length, 16, generator=generator)
    return WordFeatures(tokens, torch.zeros(1, length, dtype=torch.bool), torch.zeros_like(tokens))


def levels(frames=3):
    generator = torch.Generator().manual_seed(2)
    shapes = [(4, 6), (2, 3)]
    maps = [torch.randn(1, frames, 16, *shape, generator=generator) for shape in shapes]
    return maps, [torch.zeros(1, frames, *shape, dtype=torch.bool) for shape in shapes]


def test_tokens_without_codes_are_a_set(aggregation):
    maps, masks = levels()
    with torch.no_grad():
        forward = aggregation(words(), maps, masks)
        shuffled = [level[:, [2, 0, 1]].flip(-1) for level in maps]
        torch.testing.assert_close(aggregation(words(), shuffled, masks), forward)


def test_codes_of_time_break_the_set(aggregation):
    maps, masks = levels()
    codes = torch.randn(1, 3, 16, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        forward = aggregation(words(), maps, masks, codes)
        backward = aggregation(words(), [level.flip(1) for level in maps], masks, codes)
    assert (forward - backward).abs().max() > 1e-3


def test_every_level_is_seen(aggregation):
    maps, masks = levels()
    maps = [level.requires_grad_() for level in maps]
    aggregation(words(), maps, masks)[:, 0].square().sum().backward()
    assert all(level.grad.abs().sum() > 0 for level in maps)


def test_padding_is_not_seen(aggregation):
    maps, masks = levels()
    masks[0][..., -2:] = True
    dirty = maps[0].clone()
    dirty[..., -2:] = 1e3
    with torch.no_grad():
        torch.testing.assert_close(
            aggregation(words(), [dirty, maps[1]], masks), aggregation(words(), maps, masks)
        )
