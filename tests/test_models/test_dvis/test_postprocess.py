import pytest
import torch
import torch.nn.functional as F

from mevis.errors import UserError
from mevis.models.dvis.postprocess import class_probabilities, enlarge_masks, rank_instances


def test_a_query_may_come_under_several_labels():
    probabilities = torch.tensor([[0.1, 0.5, 0.4], [0.3, 0.05, 0.2]])
    ranking = rank_instances(probabilities, 3)
    assert ranking.queries == [0, 0, 1]
    assert ranking.labels == [1, 2, 0]
    assert torch.tensor(ranking.scores).equal(torch.tensor([0.5, 0.4, 0.3]))


def test_at_most_as_many_as_there_are_and_only_sure_ones():
    probabilities = torch.tensor([[0.1, 0.5], [0.3, 0.05]])
    assert len(rank_instances(probabilities, 20).scores) == 4
    assert rank_instances(probabilities, 20, min_score=0.2).queries == [0, 1]
    assert rank_instances(probabilities, 20, min_score=0.9).scores == []
    assert rank_instances(probabilities, 0).labels == []


def test_distinct_queries_come_once_each_under_their_best_label():
    probabilities = torch.tensor([[0.1, 0.5, 0.4], [0.3, 0.05, 0.2], [0.0, 0.0, 0.0]])
    ranking = rank_instances(probabilities, 3, distinct_queries=True)
    assert ranking.queries == [0, 1, 2]
    assert ranking.labels == [1, 0, 0]
    assert rank_instances(probabilities, 20, distinct_queries=True).queries == [0, 1, 2]
    assert rank_instances(probabilities, 20, 0.2, distinct_queries=True).queries == [0, 1]
    assert rank_instances(probabilities, 1, distinct_queries=True).labels == [1]


def test_no_object_competes_but_is_no_class():
    certain_of_nothing = torch.tensor([[0.0, 0.0, 50.0]])
    assert class_probabilities(certain_of_nothing).max() < 1e-6


def test_the_surer_part_decides():
    first, second = torch.tensor([[4.0, 0.0, 0.0]]), torch.tensor([[0.0, 4.0, 0.0]])
    both = class_probabilities(first, second)
    assert torch.equal(both[0, 0], class_probabilities(first)[0, 0])
    assert torch.equal(both[0, 1], class_probabilities(second)[0, 1])


def test_padding_is_cut_off_before_the_second_resizing():
    logits = torch.zeros(1, 1, 8, 16)
    logits[..., 12:] = 100.0  # inside of the padding only
    masks = enlarge_masks(logits, (32, 64), (32, 40), (64, 80))
    assert masks.shape == (1, 1, 64, 80)
    assert masks.abs().max() == 0
    assert F.interpolate(logits, (64, 80), mode='bilinear').max() > 0


def test_equal_sizes_resize_once():
    logits = torch.randn(2, 3, 8, 16, generator=torch.Generator().manual_seed(0))
    masks = enlarge_masks(logits, (32, 64), (32, 64), (32, 64))
    assert torch.equal(masks, F.interpolate(logits, (32, 64), mode='bilinear'))


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_scores_that_are_not_finite_are_an_error(value):
    with pytest.raises(UserError, match='scores of its instances are not finite'):
        rank_instances(torch.tensor([[0.1, value], [0.3, 0.05]]), 2)
