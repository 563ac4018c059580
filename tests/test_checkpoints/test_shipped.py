import shutil

import pytest

from mevis.checkpoints import shipped
from mevis.checkpoints.safe_unpickling import read_file
from mevis.errors import UserError

NAME = 'track_selector_trajectory.safetensors'
ORIGINAL = shipped.FOLDER / NAME


def flipped(source, target, places) -> None:
    data = bytearray(source.read_bytes())
    for place in places:
        data[place] ^= 16
    target.write_bytes(data)


def test_shipped_weights_load():
    assert read_file(ORIGINAL)['state_dict']
    assert shipped.shipped_sums().keys() == {
        path.name for path in shipped.FOLDER.glob('*.safetensors')
    }


def test_another_file_under_the_shipped_name_is_refused(tmp_path, monkeypatch):
    for path in (ORIGINAL, shipped.FOLDER / shipped.SUMS):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(shipped, 'FOLDER', tmp_path)
    shipped.check_shipped(tmp_path / NAME)
    flipped(ORIGINAL, tmp_path / NAME, [900_000])
    with pytest.raises(UserError, match=rf'{NAME}: not the shipped weights.*git checkout'):
        read_file(tmp_path / NAME)


def test_a_copy_with_changed_bits_is_refused_whatever_its_name(tmp_path):
    path = tmp_path / 'mine.safetensors'
    shutil.copy(ORIGINAL, path)
    shipped.check_shipped(path)
    flipped(ORIGINAL, path, [500_000, 900_000])
    with pytest.raises(UserError, match=rf'mine\.safetensors: a damaged copy of .*{NAME}: 2 of'):
        read_file(path)


def test_other_weights_of_the_same_size_are_no_copy(tmp_path):
    path = tmp_path / NAME
    flipped(ORIGINAL, path, range(100_000, 1_000_000, 7))
    shipped.check_shipped(path)


def test_installed_without_weights_nothing_is_checked(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, 'FOLDER', tmp_path / 'absent')
    shipped.check_shipped(ORIGINAL)
