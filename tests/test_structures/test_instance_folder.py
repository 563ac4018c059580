"""Files of tracks: whole or absent, and of one model."""

import json

import pytest

from mevis.errors import UserError
from mevis.structures import InstanceMasks, encode_rle
from mevis.structures.instance_folder import InstanceFolder, check_one_origin, read_origin

MADE_OF = {'config': 'c', 'checkpoint': 'w', 'split': 'train', 'top_k': '3'}
NONE = InstanceMasks([], [], [], (4, 5))


@pytest.fixture
def tracks() -> InstanceMasks:
    import numpy as np

    masks = np.random.default_rng(0).random((2, 3, 4, 5)) < 0.5
    return InstanceMasks([encode_rle(mask) for mask in masks], [0.9, 0.1], [3, -1], (4, 5))


def test_round_trip(tmp_path, tracks):
    folder = InstanceFolder(tmp_path / 'out', MADE_OF)
    assert folder.videos_done() == set()
    folder.write('a', ['0', '1', '2'], tracks)
    folder.write('b/c', ['0'], NONE)
    again = InstanceFolder(tmp_path / 'out', MADE_OF)
    assert again.videos_done() == {'a', 'b/c'}
    content = json.loads((tmp_path / 'out/a.json').read_text())
    assert InstanceMasks.from_dict(content) == tracks
    assert content['made_of'] == MADE_OF
    assert (content['video'], content['frames']) == ('a', ['0', '1', '2'])
    none = InstanceMasks.from_dict(json.loads((tmp_path / 'out/b/c.json').read_text()))
    assert len(none) == 0


def test_what_was_cut_off_anywhere_is_done_again(tmp_path, tracks):
    InstanceFolder(tmp_path, MADE_OF).write('a', ['0', '1', '2'], tracks)
    path = tmp_path / 'a.json'
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert InstanceFolder(tmp_path, MADE_OF).videos_done() == set()
    path.write_bytes(whole)
    assert InstanceFolder(tmp_path, MADE_OF).videos_done() == {'a'}


@pytest.mark.parametrize('key', MADE_OF)
def test_another_origin_is_refused(tmp_path, tracks, key):
    InstanceFolder(tmp_path, MADE_OF).write('a', ['0', '1', '2'], tracks)
    with pytest.raises(UserError, match=rf'a\.json: made of another {key} .*another folder'):
        InstanceFolder(tmp_path, {**MADE_OF, key: 'x'})


def test_other_files_are_refused(tmp_path):
    (tmp_path / 'notes.json').write_text('{"a": 1}\n')
    with pytest.raises(UserError, match=r'notes\.json: not an instance-track file'):
        InstanceFolder(tmp_path, MADE_OF)


def test_leftovers_of_a_killed_process(tmp_path, tracks):
    folder = InstanceFolder(tmp_path, MADE_OF)
    folder.write('a', ['0', '1', '2'], tracks)
    (tmp_path / '.b-x1.json').write_text('{"made_of": {"conf')
    assert InstanceFolder(tmp_path, MADE_OF).videos_done() == {'a'}
    (tmp_path / '.c-x2.json').touch()
    folder.remove_leftovers()
    assert [path.name for path in tmp_path.iterdir()] == ['a.json']


def test_hidden_files_of_somebody_else_stay(tmp_path):
    others = [tmp_path / '.settings.json', tmp_path / 'sub/.my-settings.json']
    others[1].parent.mkdir()
    for path in others:
        path.write_text('{}')
    InstanceFolder(tmp_path, MADE_OF).remove_leftovers()
    assert all(path.is_file() for path in others)


def test_a_file_in_the_place_of_the_folder(tmp_path):
    (tmp_path / 'out').touch()
    with pytest.raises(UserError, match='out: a file, where a folder is to be'):
        InstanceFolder(tmp_path / 'out', MADE_OF)


def test_origin(tmp_path, tracks):
    path = tmp_path / 'a.json'
    InstanceFolder(tmp_path, MADE_OF).write('a', ['0'], NONE)
    assert read_origin(path) == MADE_OF
    path.write_text(json.dumps(tracks.to_dict()))
    assert read_origin(path) is None


def test_mixtures_are_found(tmp_path, tracks):
    InstanceFolder(tmp_path, MADE_OF).write('a', ['0'], NONE)
    check_one_origin(tmp_path, ['a', 'absent'])
    other = tmp_path / 'other'
    InstanceFolder(other, {**MADE_OF, 'checkpoint': 'v'}).write('b', ['0'], NONE)
    (other / 'b.json').rename(tmp_path / 'b.json')
    check_one_origin(tmp_path, ['b'])
    with pytest.raises(UserError, match=r'a\.json and b\.json.*checkpoint \(w and v\)'):
        check_one_origin(tmp_path, ['a', 'b'])


@pytest.mark.parametrize('video', ['../x', '/abs', 'a/../../x', '.hidden'])
def test_nothing_is_written_outside_of_the_folder(tmp_path, video):
    with pytest.raises(UserError, match='the name'):
        InstanceFolder(tmp_path / 'out', MADE_OF).write(video, [], NONE)
    assert list(tmp_path.iterdir()) == []
