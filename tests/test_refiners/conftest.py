import pytest

from mevis.testing.small_sam2 import write_small_sam2


@pytest.fixture(scope='session')
def sam2_folder(tmp_path_factory):
    return write_small_sam2(tmp_path_factory.mktemp('sam2'))
