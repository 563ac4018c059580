"""Exponents are found above a fixed cost, and bad points refused."""

import pytest

from mevis.apis.scaling.growth import fit_growth

AMOUNTS = [4, 8, 16, 32, 64]


@pytest.mark.parametrize('exponent', [0.5, 1.0, 2.0])
@pytest.mark.parametrize('fixed', [0.0, 3.0])
@pytest.mark.parametrize('scale', [1, 1000])
def test_the_exponent_above_a_fixed_cost_is_found(exponent, fixed, scale):
    amounts = [scale * amount for amount in AMOUNTS]
    costs = [fixed + 0.5 * (amount / scale) ** exponent for amount in amounts]
    growth = fit_growth(amounts, costs)
    assert growth.exponent == pytest.approx(exponent, abs=0.02)
    assert growth.fixed == pytest.approx(fixed, abs=0.1)
    assert growth.at(48 * scale) == pytest.approx(fixed + 0.5 * 48**exponent, rel=0.02)
    assert growth.error < 0.01


def test_a_cost_that_does_not_grow_is_fixed():
    growth = fit_growth(AMOUNTS, [2.0] * 5)
    assert growth.fixed == pytest.approx(2)
    assert growth.at(1000) == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(
    ('amounts', 'costs'), [([1, 2], [1, 2]), ([1, 1, 2], [1, 1, 2]), ([1, 2, 3], [0, 1, 2])]
)
def test_points_that_decide_nothing_are_refused(amounts, costs):
    with pytest.raises(ValueError, match='three amounts|positive'):
        fit_growth(amounts, costs)
