"""An endless order of training items that can be continued anywhere."""

from collections.abc import Iterator, Sized

import numpy as np
from mmengine.dist import get_dist_info
from torch.utils.data import Sampler

from mevis.errors import UserError
from mevis.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class ResumableInfiniteSampler(Sampler[tuple[int, int]]):
    """Yields (index, serial number of the draw) for ever, one permutation after the other.

    The permutation of a round follows from (seed, round) and the item of a draw from its serial
    number, so nothing needs to be stored to resume exactly where a killed training stopped: the
    training loop calls :meth:`skip`.  A dataset that derives its random numbers from (seed,
    serial) then gives the same clips again, whatever the number of workers.  With W ranks, rank r
    takes the serial numbers r, r + W, …

    Args:
        dataset: What is sampled.
        shuffle: Whether each round has an order of its own.
        seed: Seed of the orders, the same on all ranks;
            the runner passes the one of ``randomness``.

    Raises:
        UserError: If the dataset is empty.
    """

    def __init__(self, dataset: Sized, shuffle: bool = True, seed: int | None = None) -> None:
        self.rank, self.world_size = get_dist_info()
        self.size = len(dataset)
        if not self.size:
            raise UserError(
                f'{type(dataset).__name__}: no items to train on.'
                ' Check `train_dataloader.dataset` (data_root, split, videos).'
            )
        self.shuffle = shuffle
        self.seed = 0 if seed is None else int(seed)
        self._start = 0

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[tuple[int, int]]:
        serial = self.rank + self._start * self.world_size
        current_round, order = -1, None
        while True:
            number, position = divmod(serial, self.size)
            if number != current_round:
                current_round, order = number, self._order(number)
            yield int(order[position]), serial
            serial += self.world_size

    def skip(self, num_samples: int) -> None:
        """Starts the next iteration that many draws (of this rank) later."""
        self._start += int(num_samples)

    def _order(self, number: int) -> np.ndarray:
        if not self.shuffle:
            return np.arange(self.size)
        return np.random.default_rng([self.seed, number]).permutation(self.size)
