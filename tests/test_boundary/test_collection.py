import gc

import pytest

from mevis.boundary.collection import no_garbage


def fails_inside() -> None:
    with no_garbage():
        assert not gc.isenabled()
        with no_garbage():
            assert not gc.isenabled()
        assert not gc.isenabled()
        raise KeyError


def test_the_collector_is_as_it_was_afterwards():
    assert gc.isenabled()
    with pytest.raises(KeyError):
        fails_inside()
    assert gc.isenabled()
    gc.disable()
    try:
        with no_garbage():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
