import pytest
import torch

from mevis.models.dvis.matching import assign, cosine_cost, match_frames

PERMUTATION = torch.tensor(
    [2, 0, 1, 4, 3]
)  # a cycle of three, whose inverse is another, and a swap
INVERSE = torch.tensor([1, 2, 0, 4, 3])


def queries() -> torch.Tensor:
    return torch.randn(5, 16, generator=torch.Generator().manual_seed(0))


def test_textbook_finds_where_each_track_went():
    reference = queries()
    frame = reference[PERMUTATION]
    order = assign(cosine_cost(reference, frame), 'textbook')
    assert torch.equal(frame[order], reference)
    assert torch.equal(order, INVERSE)


def test_official_is_the_inverse_and_agrees_on_swaps_only():
    reference = queries()
    order = assign(cosine_cost(reference, reference[PERMUTATION]), 'official')
    assert torch.equal(order, PERMUTATION)
    assert torch.equal(order[3:], INVERSE[3:])
    assert not torch.equal(order, INVERSE)


def test_cost_is_one_minus_cosine_and_finite():
    reference = torch.tensor([[3.0, 0.0], [0.0, 0.0]])
    cost = cosine_cost(reference, torch.tensor([[1.0, 0.0], [0.0, 2.0]]))
    assert cost.tolist() == [[0.0, 1.0], [0.0, 0.0]]


@pytest.mark.parametrize('matching', ['official', 'textbook'])
def test_permuted_rows_of_one_product_are_the_chain_of_ordered_frames(matching):
    """One frame at a time, as the official code does it."""
    generator = torch.Generator().manual_seed(3)
    frames = queries()[None] + 0.3 * torch.randn(6, 5, 16, generator=generator)
    frames = torch.stack([frame[torch.randperm(5, generator=generator)] for frame in frames])
    reference, expected = frames[0], [torch.arange(5)]
    for frame in frames[1:]:
        expected.append(assign(cosine_cost(reference, frame), matching))
        reference = frame[expected[-1]]
    got = match_frames(frames, None, matching)
    assert torch.equal(got, torch.stack(expected))
    assert len({tuple(order) for order in got.tolist()}) > 2

    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert match_frames(frames, None, matching).shape == got.shape

    cut = match_frames(frames[:4], None, matching)
    rest = match_frames(frames[4:], frames[3][cut[-1]], matching)
    assert torch.equal(torch.cat((cut, rest)), got)
