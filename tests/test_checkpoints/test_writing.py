"""Weights that cannot be written end in an error of the system, which names the file."""

import errno
from pathlib import Path

import pytest

from mevis.checkpoints.writing import weights_errors

FULL = [
    (
        RuntimeError('PytorchStreamWriter failed writing file data/0: file write failed'),
        errno.ENOSPC,
    ),
    (Exception('Error while serializing: I/O error: File too large (os error 27)'), errno.EFBIG),
    (OSError(errno.ENOSPC, 'full', 'out/.a.pth.partial'), errno.ENOSPC),
]


@pytest.mark.parametrize(('error', 'number'), FULL)
def test_the_file_is_named(error, number):
    with (
        pytest.raises(OSError, match='out/a') as caught,
        weights_errors('out/a.pth', Path('out/.a.pth.partial')),
    ):
        raise error
    assert (caught.value.errno, caught.value.filename) == (number, 'out/a.pth')


def test_other_errors_pass():
    with pytest.raises(RuntimeError, match='CUDA'), weights_errors('a', Path('b')):
        raise RuntimeError('CUDA error')
