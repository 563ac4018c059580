"""Tracks under the name of another video."""

import json
from pathlib import Path

import pytest

from mevis.apis.ablation.shuffled_tracks import shuffle_tracks
from mevis.errors import UserError
from mevis.structures import InstanceMasks
from mevis.structures.instance_folder import InstanceFolder, check_one_origin

LENGTHS = {'a': 3, 'b': 3, 'c': 3, 'd': 2, 'e': 2}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = InstanceFolder(tmp_path / 'tracks', {'config': 'x'})
    for score, (video, count) in enumerate(LENGTHS.items()):
        names = [f'{video}{frame}' for frame in range(count)]
        store.write(video, names, InstanceMasks([[None] * count], [score / 10], [0], (4, 6)))
    return tmp_path / 'tracks'


def read(folder: Path) -> dict:
    return {path.stem: json.loads(path.read_text()) for path in folder.glob('*.json')}


def test_each_video_gets_the_tracks_of_another_one_of_its_length(folder, tmp_path):
    before, after = read(folder), read(shuffle_tracks(folder, tmp_path / 'out'))
    assert after.keys() == LENGTHS.keys()
    for video, content in after.items():
        assert (content['video'], content['frames']) == (video, before[video]['frames'])
        assert len(content['rles'][0]) == LENGTHS[video]
        assert content['scores'] != before[video]['scores']
    given = sorted(content['scores'] for content in after.values())
    assert given == sorted(content['scores'] for content in before.values())
    check_one_origin(tmp_path / 'out', LENGTHS)


def test_the_seed_fixes_who_gives_and_files_are_not_made_twice(folder, tmp_path):
    once, again = (read(shuffle_tracks(folder, tmp_path / name)) for name in ('one', 'two'))
    assert once == again
    written = (tmp_path / 'one/a.json').stat().st_mtime_ns
    shuffle_tracks(folder, tmp_path / 'one')
    assert (tmp_path / 'one/a.json').stat().st_mtime_ns == written


def test_of_some_videos_only_these_exchange_tracks(folder, tmp_path):
    before, after = read(folder), read(shuffle_tracks(folder, tmp_path / 'out', ['a', 'c']))
    assert {video: c['scores'] for video, c in after.items()} == {
        'a': before['c']['scores'],
        'c': before['a']['scores'],
    }
    with pytest.raises(UserError, match=r'z\.json'):
        shuffle_tracks(folder, tmp_path / 'out', ['a', 'z'])


def test_tracks_that_fit_no_other_video_are_refused(folder, tmp_path):
    (folder / 'e.json').unlink()
    with pytest.raises(UserError, match=r'd\.json: no other video has as many frames'):
        shuffle_tracks(folder, tmp_path / 'out')


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(UserError, match='no instance tracks'):
        shuffle_tracks(tmp_path, tmp_path / 'out')
