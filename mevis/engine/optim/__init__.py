"""Optimizer wrappers and what builds them."""

from mevis.engine.optim.autocast_optim_wrapper import AutocastOptimWrapper
from mevis.engine.optim.spared_decay_constructor import SparedDecayConstructor

__all__ = ['AutocastOptimWrapper', 'SparedDecayConstructor']
