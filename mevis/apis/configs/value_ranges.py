"""Which numbers a config may hold, by the name of their key."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Numbers:
    """The numbers that a key takes.

    Attributes:
        low: The smallest.
        high: The largest.
        whole: Without fractions.
        above: The smallest itself is too small.
        below: The largest itself is too large.
        off: A number that stands for "not at all".
        infinite: Infinity is allowed.
    """

    low: float
    high: float
    whole: bool = True
    above: bool = False
    below: bool = False
    off: int | None = None
    infinite: bool = False

    def allows(self, number: float) -> bool:
        """Whether a number is one of them."""
        if number == self.off:
            return True
        if self.infinite and number == math.inf:
            return True
        if self.whole and not isinstance(number, int):
            return False
        low_enough = number < self.high if self.below else number <= self.high
        return low_enough and (number > self.low if self.above else number >= self.low)

    def __str__(self) -> str:
        kind = 'a whole number' if self.whole else 'a number'
        low = f'above {self.low:g}' if self.above else f'from {self.low:g}'
        high = f'below {self.high:g}' if self.below else f'{self.high:.10g}'
        off = '' if self.off is None else f', or {self.off} for none'
        return f'{kind} {low}{", at most" if self.above else " to"} {high}{off}'


_COUNT = Numbers(1, 1_000_000)
_STEPS = Numbers(1, 10**9)
_SIDE = Numbers(1, 16_384)
_CHANNELS = Numbers(1, 65_536)
_SHARE = Numbers(0, 1, whole=False)
_DROP = Numbers(0, 1, whole=False, below=True)
_RATE = Numbers(0, 1000, whole=False)
_POSITIVE = Numbers(0, 1e12, whole=False, above=True)

NUMBERS = {
    'batch_size': Numbers(1, 65_536),
    'num_workers': Numbers(0, 256),
    'prefetch_factor': Numbers(1, 1024),
    'timeout': Numbers(0, 1e6, whole=False),
    'num_batch_per_epoch': _STEPS,
    'interval': Numbers(1, 10**9, off=-1),
    'max_keep_ckpts': Numbers(1, 10**9, off=-1),
    'max_iters': _STEPS,
    'max_epochs': _STEPS,
    'val_interval': _STEPS,
    'val_begin': Numbers(0, 10**9),
    'begin': Numbers(0, 10**9),
    'end': _STEPS,
    'T_max': _STEPS,
    'step_size': _STEPS,
    'window_size': _STEPS,
    'accumulative_counts': _STEPS,
    'seed': Numbers(0, 2**32 - 1),
    'lr': _RATE,
    'weight_decay': _RATE,
    'momentum': _SHARE,
    'betas': _DROP,
    'eps': Numbers(0, 1, whole=False),
    'max_norm': Numbers(0, 1e12, whole=False, above=True, infinite=True),
    'norm_type': Numbers(0, 1e6, whole=False, above=True, infinite=True),
    'eta_min': _RATE,
    'gamma': Numbers(0, 1000, whole=False),
    'start_factor': Numbers(0, 1, whole=False, above=True),
    'end_factor': _SHARE,
    'lr_mult': _RATE,
    'decay_mult': _RATE,
    'num_frames': Numbers(1, 100_000),
    'short_side': _SIDE,
    'short_sides': _SIDE,
    'max_long_side': Numbers(1, 65_536),
    'min_size': _SIDE,
    'max_size': _SIDE,
    'prob': _SHARE,
    'num_heads': Numbers(1, 1024),
    'num_queries': Numbers(1, 100_000),
    'num_points': Numbers(1, 10_000),
    'embed_dims': _CHANNELS,
    'feedforward_dims': _CHANNELS,
    'hidden_dims': _CHANNELS,
    'mask_dims': _CHANNELS,
    'num_encoder_layers': Numbers(1, 1000),
    'num_decoder_layers': Numbers(1, 1000),
    'num_layers': Numbers(1, 1000),
    'num_classes': _COUNT,
    'num_instances': Numbers(1, 100_000),
    'max_instances': Numbers(1, 100_000),
    'dropout': _DROP,
    'word_dropout': _DROP,
    'chunk_size': _COUNT,
    'clip_length': _COUNT,
    'pad_size_divisor': Numbers(1, 16_384),
    'coordinate_scale': _POSITIVE,
    'threshold': _SHARE,
}

CHOICES = {
    'log_level': ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL', 'NOTSET'),
    'launcher': ('none', 'pytorch', 'slurm', 'mpi'),
}
"""Words that an entry may be."""


def not_allowed(key: str, value: Any) -> str | None:
    """What the numbers of an entry must be, if one of them is not; None if all are.

    NaN is no value of any key.
    """
    allowed = NUMBERS.get(key)
    for number in _numbers(value):
        if math.isnan(number):
            return str(allowed) if allowed else 'a number, which NaN is not'
        if allowed and not allowed.allows(number):
            return str(allowed)
        if allowed is None and isinstance(number, int) and abs(number) > 2**63:
            return 'a number of less than 64 bits'
    if allowed is not None and isinstance(value, (str, bool)):
        return str(allowed)
    return None


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _numbers(part)
