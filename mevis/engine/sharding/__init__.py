"""Training whose gradients and optimizer state are split over the ranks (FSDP)."""

from mevis.engine.sharding.sharded_model import ShardedModel
from mevis.engine.sharding.sharded_optim_wrapper import (
    ShardedAutocastOptimWrapper,
    ShardedOptimWrapper,
)
from mevis.engine.sharding.sharded_strategy import ShardedStrategy
from mevis.engine.sharding.whole_model_hook import WholeModelHook

__all__ = [
    'ShardedAutocastOptimWrapper',
    'ShardedModel',
    'ShardedOptimWrapper',
    'ShardedStrategy',
    'WholeModelHook',
]
