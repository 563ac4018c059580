import argparse

import pytest

from mevis.boundary.shard import Shard, read_shard


@pytest.mark.parametrize(('text', 'expected'), [('1/1', (1, 1)), (' 3/8 ', (3, 8))])
def test_a_shard_is_read(text, expected):
    assert read_shard(text) == Shard(*expected)
    assert str(read_shard(text)) == text.strip()


@pytest.mark.parametrize(
    'text', ['', '0/3', '4/3', '1', '1/0', '-1/3', '1/3/5', 'a/b', '1/99999', '1/²', '1.0/2']
)
def test_another_text_is_a_mistake_of_usage(text):
    with pytest.raises(argparse.ArgumentTypeError, match='must be i/n'):
        read_shard(text)


def test_its_name_fits_a_file():
    assert Shard(2, 8).name == '2-of-8'
