import random
from types import SimpleNamespace

import numpy as np
import torch

from mevis.engine.hooks import IterationSeedHook


def numbers(seed: int, rank: int, iteration: int) -> tuple[float, float, float]:
    runner = SimpleNamespace(seed=seed, rank=rank, iter=iteration)
    IterationSeedHook().before_train_iter(runner, 0)
    return random.random(), float(np.random.rand()), float(torch.rand(()))  # noqa: NPY002


def test_numbers_follow_from_seed_rank_and_iteration():
    first = numbers(1, 0, 7)
    torch.rand(5)
    assert numbers(1, 0, 7) == first
    others = [numbers(2, 0, 7), numbers(1, 1, 7), numbers(1, 0, 8)]
    assert all(a != b for other in others for a, b in zip(first, other, strict=True))
