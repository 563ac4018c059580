"""Several processes say once why a command ends."""

import pytest

from mevis.apis import ranks


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    return tmp_path


def test_one_process_always_speaks(monkeypatch, folder):
    monkeypatch.delenv('LOCAL_WORLD_SIZE', raising=False)
    assert ranks.is_first_to_speak()
    assert ranks.is_first_to_speak()
    assert not list(folder.iterdir())


def test_of_several_the_first_one_speaks(monkeypatch, folder):
    monkeypatch.setenv('LOCAL_WORLD_SIZE', '2')
    assert ranks.is_first_to_speak()
    assert not ranks.is_first_to_speak()
    monkeypatch.setenv('TORCHELASTIC_RESTART_COUNT', '1')
    assert ranks.is_first_to_speak()
    monkeypatch.setattr('os.getppid', lambda: 1)
    assert ranks.is_first_to_speak()
    ranks.forget_who_spoke(1)
    assert len(list(folder.iterdir())) == 2
