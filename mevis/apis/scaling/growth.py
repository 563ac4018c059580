"""The exponent by which a cost grows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

_EXPONENTS = np.linspace(0.25, 3, 276)


@dataclass(frozen=True)
class Growth:
    """``fixed + unit * amount ** exponent``.

    Attributes:
        fixed: What no work costs.
        unit: What the first unit of work costs beyond.
        exponent: 1 is growth in proportion; 0.25 and 3 are the bounds of the fit.
        error: Root mean square of the relative deviations from the points.
    """

    fixed: float
    unit: float
    exponent: float
    error: float

    def at(self, amount: float) -> float:
        """The cost of an amount of work."""
        return self.fixed + self.unit * amount**self.exponent


def fit_growth(amounts: Sequence[float], costs: Sequence[float]) -> Growth:
    """Fits a growth to points, each by its relative deviation, with nothing below zero.

    Args:
        amounts: Amounts of work, positive, at least three different ones.
        costs: What they cost, positive.

    Raises:
        ValueError: If there are fewer amounts or something is not positive.
    """
    x, y = np.asarray(amounts, float), np.asarray(costs, float)
    if len(set(x.tolist())) < 3 or len(x) != len(y):
        raise ValueError('a fixed cost, a unit and an exponent need three amounts and their costs.')
    if min(x.min(), y.min()) <= 0:
        raise ValueError('amounts and costs are positive.')

    def fit(exponent: float) -> Growth:
        # Scaled to 1: the powers of large amounts would not be told from one another.
        power = (x / x.max()) ** exponent
        (fixed, unit), residual = nnls(np.stack((1 / y, power / y), 1), np.ones_like(y))
        error = float(residual / np.sqrt(len(y)))
        return Growth(float(fixed), float(unit / x.max() ** exponent), float(exponent), error)

    return min(map(fit, _EXPONENTS), key=lambda growth: growth.error)
