import pytest
import torch
import torch.nn.functional as F

from mevis.models.drawn_answer import DrawnAnswer

LOGITS = torch.randn(5, 8, 12, generator=torch.Generator().manual_seed(0))


def drawn(**options):
    return torch.cat(list(DrawnAnswer(0.5, 1.0, lambda: LOGITS, (32, 48), **options).masks()))


def test_masks_are_those_of_the_enlarged_logits():
    enlarged = F.interpolate(LOGITS[:, None], (32, 48), mode='bilinear')[:, 0]
    assert torch.equal(drawn(), enlarged > 0)


@pytest.mark.parametrize('chunk_size', [1, 2, 5, 9])
def test_chunks_change_nothing(chunk_size):
    assert torch.equal(drawn(chunk_size=chunk_size), drawn())


def test_a_higher_threshold_gives_smaller_masks():
    loose, strict = drawn(), drawn(threshold=0.7)
    assert strict.sum() < loose.sum()
    assert not (strict & ~loose).any()
