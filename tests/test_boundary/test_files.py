"""Only files whose reading ends are opened."""

import pytest

from mevis.boundary.files import regular_file
from mevis.errors import UserError


def test_a_file_and_a_link_to_one_pass(tmp_path):
    (tmp_path / 'a').touch()
    (tmp_path / 'b').symlink_to('a')
    assert regular_file(tmp_path / 'a') == tmp_path / 'a'
    assert regular_file(str(tmp_path / 'b')) == tmp_path / 'b'


def test_what_is_none_is_named(tmp_path):
    with pytest.raises(UserError, match='is a folder'):
        regular_file(tmp_path)
    with pytest.raises(UserError, match='is a device'):
        regular_file('/dev/null')
    with pytest.raises(FileNotFoundError):
        regular_file(tmp_path / 'absent')
