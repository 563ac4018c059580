"""What training video models needs beyond MMEngine: samplers, hooks, mixed precision."""

from mevis.engine import hooks, optim, samplers

__all__ = ['hooks', 'optim', 'samplers']
