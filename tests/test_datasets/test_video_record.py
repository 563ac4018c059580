"""A record of any reader keeps its sentences apart."""

import pytest

from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.structures import Expression


def test_two_sentences_of_one_id_are_refused():
    one, other = Expression('0', 'a bird', (1,)), Expression('1', 'a bird', (2,))
    assert VideoRecord('bird', ('00000',), (one, other)).expressions == (one, other)
    with pytest.raises(UserError, match='video bird: two expressions have the id 0'):
        VideoRecord('bird', ('00000',), (one, other, one))
