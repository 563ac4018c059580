from itertools import islice

import pytest

from mevis.engine.samplers import resumable_infinite_sampler
from mevis.engine.samplers.resumable_infinite_sampler import ResumableInfiniteSampler
from mevis.errors import UserError


def draws(number, size=5, skip=0, **arguments):
    sampler = ResumableInfiniteSampler(range(size), **arguments)
    sampler.skip(skip)
    return list(islice(sampler, number))


def test_each_round_holds_every_item_once_in_an_order_of_its_own():
    rounds = [[index for index, _ in draws(20, seed=1)[at : at + 5]] for at in range(0, 20, 5)]
    assert all(sorted(items) == [0, 1, 2, 3, 4] for items in rounds)
    assert len(set(map(tuple, rounds))) > 1


def test_the_serial_number_counts_draws():
    assert [serial for _, serial in draws(12)] == list(range(12))


@pytest.mark.parametrize('skip', [0, 1, 4, 5, 13])
def test_skipping_is_the_same_as_drawing(skip):
    assert draws(10, seed=3, skip=skip) == draws(10 + skip, seed=3)[skip:]


def test_skips_add_up():
    sampler = ResumableInfiniteSampler(range(5), seed=0)
    sampler.skip(3)
    sampler.skip(4)
    assert list(islice(sampler, 3)) == draws(10, seed=0)[7:]


def test_the_seed_decides():
    assert draws(10, seed=1) == draws(10, seed=1)
    assert draws(10, seed=1) != draws(10, seed=2)


def test_without_shuffling_items_come_in_order():
    assert [index for index, _ in draws(7, shuffle=False)] == [0, 1, 2, 3, 4, 0, 1]


def test_ranks_share_the_draws_of_one(monkeypatch):
    whole = draws(12, seed=4)
    shares = []
    for rank in range(3):
        monkeypatch.setattr(
            resumable_infinite_sampler, 'get_dist_info', lambda rank=rank: (rank, 3)
        )
        shares.append(draws(4, seed=4))
        assert draws(3, seed=4, skip=1) == shares[-1][1:]
    assert sorted(sum(shares, []), key=lambda draw: draw[1]) == whole


def test_an_empty_data_set_is_the_users_mistake():
    with pytest.raises(UserError, match='train_dataloader.dataset'):
        ResumableInfiniteSampler([])
