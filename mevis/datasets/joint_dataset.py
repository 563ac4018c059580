"""Training on several datasets at once."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from mevis.datasets.video_dataset import Item, VideoDataset
from mevis.errors import UserError
from mevis.registry import DATASETS


@DATASETS.register_module()
class JointDataset(Dataset):
    """The items of several datasets, shuffled together by the data sampler.

    A batch may hold clips of several of them, so all must give clips of as many frames.

    Args:
        datasets: Their configs, each with its own frame sampler and pipeline.
        shares: The part of a round that each has, in any unit: ``[1, 1, 2]`` is a quarter, a
            quarter and a half.  A dataset that has more items than its share continues with the
            others in the next round, one that has fewer begins again; a round is as long as
            without shares.
            None: all items of all of them.
        seed: Seed of the order in which a share runs through its dataset.

    Raises:
        UserError: If there is none, one is for testing or has no item, or ``shares`` are not one
            positive number per dataset.
    """

    test_mode = False

    def __init__(
        self,
        datasets: Sequence[Mapping[str, Any]],
        shares: Sequence[float] | None = None,
        seed: int = 0,
    ) -> None:
        if not datasets:
            raise UserError('JointDataset.datasets=[]: name one or more.')
        self.datasets: list[VideoDataset] = [DATASETS.build(dict(config)) for config in datasets]
        for index, dataset in enumerate(self.datasets):
            if dataset.test_mode or not len(dataset):
                reason = 'is for testing (test_mode)' if dataset.test_mode else 'has no item'
                raise UserError(f'JointDataset.datasets.{index}: {reason}; it joins training sets.')
        lengths = [len(dataset) for dataset in self.datasets]
        self._counts = lengths if shares is None else _counts(sum(lengths), shares, len(lengths))
        self._starts = np.cumsum([0, *self._counts])
        self._orders = [
            np.random.default_rng([seed, index]).permutation(length).astype(np.int32)
            for index, length in enumerate(lengths)
        ]

    @property
    def metainfo(self) -> dict[str, Any]:
        """What the runner passes on to visualizers."""
        return {**self.datasets[0].metainfo, 'dataset_type': 'joint', 'split': 'train'}

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, item: Item) -> dict[str, Any]:
        index, serial = item if isinstance(item, tuple) else (item, item)
        part, own = self.locate(int(index), int(serial) // len(self))
        return self.datasets[part][own, int(serial)]

    def locate(self, index: int, number: int = 0) -> tuple[int, int]:
        """The dataset and its item that an item of a round stands for.

        Args:
            index: The item.
            number: The round, from 0.

        Raises:
            IndexError: If there is no such item.
        """
        if not 0 <= index < len(self):
            raise IndexError(index)
        part = int(np.searchsorted(self._starts, index, side='right')) - 1
        order = self._orders[part]
        place = index - int(self._starts[part]) + number * self._counts[part]
        return part, int(order[place % len(order)])

    def item_videos(self) -> list[str]:
        """The video of each item of the first round."""
        videos = [dataset.item_videos() for dataset in self.datasets]
        places = (self.locate(index) for index in range(len(self)))
        return [videos[part][own] for part, own in places]

    def item_costs(self) -> list[int]:
        """All the same."""
        return [1] * len(self)


def _counts(total: int, shares: Sequence[float], num_datasets: int) -> list[int]:
    """Items of each in a round of ``total``; at least one."""
    if len(shares) != num_datasets or not all(0 < share < float('inf') for share in shares):
        raise UserError(
            f'JointDataset.shares={list(shares)}: one positive number for each of the'
            f' {num_datasets} datasets.'
        )
    return [max(1, round(total * share / sum(shares))) for share in shares]
