"""Random numbers that depend on the iteration and on nothing before it."""

import random
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mevis.registry import HOOKS


@HOOKS.register_module()
class IterationSeedHook(Hook):
    """Seeds all generators by (seed, rank, iteration) before each training iteration.

    Random states are not stored in checkpoints, and validation in between uses some; so dropout
    after a resume would differ.  With this hook it is a function of the iteration.
    """

    # Last before the forward pass, since other hooks may draw random numbers.
    priority = 'LOWEST'

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Seeds Python, numpy and torch."""
        entropy = [int(runner.seed or 0), runner.rank, runner.iter]
        seed = int(np.random.SeedSequence(entropy).generate_state(1, np.uint32)[0])
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 - third-party code draws from the global state
        torch.manual_seed(seed)
