"""Masks in HDF5 and MATLAB files; what is damaged is refused in one line that names the file."""

import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from mevis.boundary.mask_arrays import read_mask_video, read_object_masks
from mevis.errors import UserError

MASKS = np.zeros((2, 6, 4), bool)  # x first
MASKS[0, 1:3, 2] = MASKS[1, 5, 0] = True


def write_h5(path: Path, **arrays) -> Path:
    with h5py.File(path, 'w') as file:
        for key, value in arrays.items():
            file[key] = value
    return path


def test_objects_of_a_frame(tmp_path: Path):
    path = write_h5(tmp_path / 'a.h5', instance=[[3.0], [7.0]], reMask=MASKS.astype(np.uint8))
    found = read_object_masks(path)
    assert list(found) == [3, 7]
    assert all((found[key] == mask.T).all() for key, mask in zip((3, 7), MASKS, strict=True))
    path = write_h5(tmp_path / 'b.h5', instance=3, reMask=MASKS[0].astype(np.uint8))
    assert (read_object_masks(path)[3] == MASKS[0].T).all()


@pytest.mark.parametrize(
    ('arrays', 'said'),
    [
        ({'instance': [1]}, 'no array "reMask"'),
        ({'reMask': MASKS}, 'no array "instance"'),
        ({'instance': [1], 'reMask': MASKS}, r'of shape \(2, 6, 4\) for 1 objects'),
        ({'instance': [1, 1], 'reMask': MASKS}, 'for 2 objects'),
        ({'instance': [1, np.nan], 'reMask': MASKS}, 'no whole HDF5 file'),
        ({'instance': [1], 'reMask': [1, 2]}, r'of shape \(2,\)'),
        ({'instance': [1, 2], 'reMask': np.full((2, 2, 2), b'x')}, r'"reMask" is \|S1'),
    ],
)
def test_other_objects(tmp_path: Path, arrays: dict, said: str):
    path = write_h5(tmp_path / 'a.h5', **arrays)
    with pytest.raises(UserError, match=rf'a\.h5: .*{said}.*Download it again'):
        read_object_masks(path)


def test_no_hdf5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / 'a.h5'
    with pytest.raises(UserError, match=r'a\.h5: no such file\. Unpack'):
        read_object_masks(path)
    path.write_bytes(b'none')
    with pytest.raises(UserError, match=r'a\.h5: no whole HDF5 file'):
        read_object_masks(path)
    with h5py.File(path, 'w') as file:
        file.create_dataset('instance', (10**6, 10**6), 'u1', chunks=(1, 1000))
    with pytest.raises(UserError, match=r'"instance" says to be of shape \(1000000, 1000000\)'):
        read_object_masks(path)
    monkeypatch.setitem(sys.modules, 'h5py', None)
    with pytest.raises(UserError, match=r"pip install 'mevis\[a2d\]'"):
        read_object_masks(path)


def test_a_mask_video(tmp_path: Path):
    path = tmp_path / 'a.mat'
    masks = MASKS.transpose(1, 2, 0)
    savemat(path, {'part_mask': masks.astype(np.uint8), 'other': 'x'}, do_compression=True)
    found = read_mask_video(path)
    assert found.dtype == bool
    assert (found == MASKS).all()
    savemat(path, {'part_mask': masks[..., 0].astype(np.uint8)})  # MATLAB drops a last 1
    assert (read_mask_video(path) == MASKS[:1]).all()


def test_no_mask_video(tmp_path: Path):
    path = tmp_path / 'a.mat'
    with pytest.raises(UserError, match=r'a\.mat: no such file\. Unpack'):
        read_mask_video(path)
    savemat(path, {'mask': MASKS})
    with pytest.raises(UserError, match=r'a\.mat: no array "part_mask"'):
        read_mask_video(path)
    savemat(path, {'part_mask': 'text'})
    with pytest.raises(UserError, match=r'\(H, W, T\) is expected'):
        read_mask_video(path)
    savemat(path, {'part_mask': MASKS})
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(UserError, match=r'a\.mat: no whole MATLAB file'):
        read_mask_video(path)
