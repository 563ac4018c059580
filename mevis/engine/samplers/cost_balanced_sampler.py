"""Shares of equal work for testing."""

from collections.abc import Iterator, Sequence, Sized
from typing import Protocol

from mmengine.dist import get_dist_info
from torch.utils.data import Sampler

from mevis.registry import DATA_SAMPLERS


class CostlyDataset(Sized, Protocol):
    """A dataset that knows how much work its items are."""

    def item_costs(self) -> Sequence[float]:
        """One number per item, in any unit."""
        ...


@DATA_SAMPLERS.register_module()
class CostBalancedSampler(Sampler[int]):
    """Distributes the items of a test over the ranks so that all finish at about the same time.

    A test item is a video with all its expressions; its cost is frames times expressions.  The
    dearest item goes to the rank with the least work, and so on.  Every item goes to exactly one
    rank, nothing is padded: metrics must merge by key, not by position.

    Args:
        dataset: What is tested; without ``item_costs`` all items count the same.
        seed: Ignored; accepted because the runner passes one to every sampler.
    """

    def __init__(self, dataset: CostlyDataset | Sized, seed: int | None = None) -> None:
        rank, world_size = get_dist_info()
        costs = dataset.item_costs() if hasattr(dataset, 'item_costs') else [1] * len(dataset)
        self.indices = shares_by_cost(costs, world_size)[rank]

    def __iter__(self) -> Iterator[int]:
        return iter(self.indices)

    def __len__(self) -> int:
        return len(self.indices)


def shares_by_cost(costs: Sequence[float], num_shares: int) -> list[list[int]]:
    """Splits items into shares of about equal cost; every share keeps the order of the items."""
    shares: list[list[int]] = [[] for _ in range(num_shares)]
    loads = [0.0] * num_shares
    for index in sorted(range(len(costs)), key=lambda item: (-costs[item], item)):
        lightest = min(range(num_shares), key=lambda share: (loads[share], share))
        shares[lightest].append(index)
        loads[lightest] += costs[index]
    return [sorted(share) for share in shares]
