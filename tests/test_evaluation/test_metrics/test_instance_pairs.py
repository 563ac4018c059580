"""What is missing is named."""

import pytest

from mevis.errors import UserError
from mevis.evaluation.metrics.instance_pairs import tracks_of


def test_both(make_sample):
    predicted, truth = tracks_of(make_sample('a', [(0.5, 0, 3)], [(1, 0, 3), (1, 0, 4)]))
    assert (len(predicted), len(truth)) == (1, 2)


def test_missing(make_sample):
    with pytest.raises(UserError, match=r'a: the model gave no instance tracks'):
        tracks_of(make_sample('a', truth=[]))
    with pytest.raises(UserError, match=r'a: no annotated tracks'):
        tracks_of(make_sample('a', predicted=[]))
