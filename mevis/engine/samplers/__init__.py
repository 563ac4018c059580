"""Data samplers: which item of a dataset comes next, and to which rank."""

from mevis.engine.samplers.cost_balanced_sampler import CostBalancedSampler
from mevis.engine.samplers.resumable_infinite_sampler import ResumableInfiniteSampler

__all__ = ['CostBalancedSampler', 'ResumableInfiniteSampler']
