import pytest

from mevis.engine.samplers import cost_balanced_sampler
from mevis.engine.samplers.cost_balanced_sampler import CostBalancedSampler, shares_by_cost


class Videos:
    def __init__(self, costs):
        self.costs = costs

    def __len__(self):
        return len(self.costs)

    def item_costs(self):
        return self.costs


@pytest.mark.parametrize('num_shares', [1, 2, 3, 8])
def test_every_item_goes_to_exactly_one_share(num_shares):
    shares = shares_by_cost([5, 1, 9, 2, 2, 7], num_shares)
    assert len(shares) == num_shares
    assert sorted(sum(shares, [])) == list(range(6))
    assert all(share == sorted(share) for share in shares)


def test_shares_cost_about_the_same():
    costs = [100, 1, 1, 1, 50, 50, 1, 1, 1, 3]
    loads = [sum(costs[item] for item in share) for share in shares_by_cost(costs, 2)]
    assert abs(loads[0] - loads[1]) <= 3


def test_each_rank_gets_its_share(monkeypatch):
    videos = Videos([4, 4, 4, 8])
    seen = []
    for rank in range(2):
        monkeypatch.setattr(cost_balanced_sampler, 'get_dist_info', lambda rank=rank: (rank, 2))
        sampler = CostBalancedSampler(videos, seed=1)
        seen += list(sampler)
        assert len(sampler) == len(list(sampler))
    assert sorted(seen) == [0, 1, 2, 3]


def test_items_of_unknown_cost_count_the_same():
    assert list(CostBalancedSampler([1, 2, 3])) == [0, 1, 2]


def test_nothing_to_do_is_no_error():
    assert list(CostBalancedSampler(Videos([]))) == []
