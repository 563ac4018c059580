import os
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch

from mevis.checkpoints.array_pickle import read_array_pickle
from mevis.checkpoints.loading import read_checkpoint
from mevis.checkpoints.safe_unpickling import read_file
from mevis.errors import UserError


@pytest.mark.parametrize('protocol', range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_come_back_as_they_were(tmp_path, protocol):
    rng = np.random.default_rng(0)
    saved = OrderedDict(
        plain=rng.normal(size=(2, 3, 4)).astype(np.float32),
        fortran=np.asfortranarray(rng.normal(size=(3, 2))),
        big_endian=np.arange(6, dtype='>i4').reshape(2, 3),
        half=np.ones(3, np.float16),
        flags=np.array([True, False]),
        empty=np.zeros((0, 4), np.float32),
        single=np.array(7, np.int64),
        scalar=np.float32(1.5),
        note='third_party',
    )
    path = tmp_path / 'a.pkl'
    path.write_bytes(pickle.dumps({'model': saved}, protocol))
    found = read_array_pickle(path)['model']
    assert list(found) == list(saved)
    for key, value in saved.items():
        assert np.array_equal(found[key], value), key
        if isinstance(value, np.ndarray):
            assert found[key].dtype == value.dtype
    weights = read_checkpoint(path)['state_dict']
    assert weights['big_endian'].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert weights['fortran'].tolist() == saved['fortran'].tolist()


def test_of_python_2_too(tmp_path):
    # {'w': np.array([1., 2.], 'f4')} as Python 2 wrote it: bytes as text.
    array = (
        b'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR(K\x01(K\x02t'
        b'cnumpy\ndtype\n(U\x02f4K\x00K\x01tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff'
        b'K\x00tb\x89U\x08\x00\x00\x80?\x00\x00\x00@tb'
    )
    path = tmp_path / 'a.pkl'
    path.write_bytes(b'\x80\x02}U\x01w' + array + b's.')
    assert read_array_pickle(path)['w'].tolist() == [1.0, 2.0]


class _Runs:
    def __init__(self, function, *arguments) -> None:
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize('function', [os.system, eval, getattr, np.load, torch.load])
def test_nothing_else_is_called(tmp_path, function):
    path = tmp_path / 'a.pkl'
    path.write_bytes(pickle.dumps({'model': _Runs(function, 'x', 'y')}))
    with pytest.raises(UserError, match=r'a\.pkl: refused, .*more than arrays|it asks for'):
        read_file(path)


def test_objects_and_foreign_types_of_numbers_are_refused(tmp_path):
    path = tmp_path / 'a.pkl'
    for array in (np.array([{}, None]), np.array(['text']), np.zeros(2, [('a', 'f4')])):
        path.write_bytes(pickle.dumps({'w': array}))
        with pytest.raises(UserError, match=r'a\.pkl: '):
            read_file(path)


def test_a_shape_that_the_bytes_do_not_fill_is_refused(tmp_path):
    data = pickle.dumps({'w': np.ones((3, 5), np.float32)}, 2)
    path = tmp_path / 'a.pkl'
    assert data.count(b'K\x03K\x05') == 1
    path.write_bytes(data.replace(b'K\x03K\x05', b'K\xffK\xff'))
    with pytest.raises(UserError, match=r'a\.pkl: not a whole checkpoint'):
        read_file(path)


def test_a_pickle_that_contains_itself_ends(tmp_path):
    saved: dict = {'w': np.ones(2)}
    saved['again'] = saved
    path = tmp_path / 'a.pkl'
    path.write_bytes(pickle.dumps(saved))
    found = read_array_pickle(path)
    assert found['again'] is found


def test_one_pickle_cannot_change_what_the_next_one_may_call(tmp_path):
    # BUILD sets attributes of what was named, here of the function for `_reconstruct`.
    path = tmp_path / 'a.pkl'
    function = b'cnumpy.core.multiarray\n_reconstruct\n'
    path.write_bytes(b'\x80\x02' + function + b'(N}U\x04noteK\x07stb.')
    changed = read_array_pickle(path)
    assert changed.note == 7
    path.write_bytes(b'\x80\x02' + function + b'.')
    assert not hasattr(read_array_pickle(path), 'note')
