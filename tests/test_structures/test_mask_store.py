"""The compact store answers what the annotation file says, cached or not."""

import json
import multiprocessing
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from mevis.errors import UserError
from mevis.structures import decode_rle, encode_rle
from mevis.structures.mask_store import MaskStore

SIZE = (20, 30)


@pytest.fixture
def content() -> dict:
    rng = np.random.default_rng(0)
    masks = rng.random((3, 5, *SIZE)) < 0.3
    tracks = {str(7 * key): encode_rle(track) for key, track in enumerate(masks)}
    tracks['0'][1] = None
    tracks['14'] = [None] * 5
    tracks['99'] = []
    return tracks


@pytest.fixture
def mask_file(tmp_path: Path, content: dict) -> Path:
    path = tmp_path / 'mask_dict.json'
    path.write_text(json.dumps(content))
    return path


@pytest.fixture(params=['memory', 'cache'])
def store(request, tmp_path: Path, mask_file: Path) -> MaskStore:
    if request.param == 'memory':
        return MaskStore.open(mask_file)
    return MaskStore.open(mask_file, tmp_path / 'cache', min_cache_bytes=0)


def test_equals_the_file(store: MaskStore, content: dict):
    assert list(store) == list(content)
    for anno_id, track in content.items():
        assert store.track(anno_id) == track
        assert store.num_frames(anno_id) == len(track)
        sizes = [tuple(rle['size']) if rle else (-1, -1) for rle in track]
        assert [tuple(size) for size in store.sizes(anno_id).tolist()] == sizes
    assert 7 in store
    assert 8 not in store
    assert store.num_masks == 9
    assert json.dumps(store.rle(7, 0)) == json.dumps(content['7'][0])


def test_union(store: MaskStore, content: dict):
    union = decode_rle(store.union([0, 7], [0, 1, 4]), SIZE)
    expected = decode_rle([content['0'][t] for t in (0, 1, 4)], SIZE)
    expected |= decode_rle([content['7'][t] for t in (0, 1, 4)], SIZE)
    assert (union == expected).all()
    assert store.union([], [0, 1]) == [None, None]
    assert store.union([14], [0, 1]) == [None, None]


def test_pickle(store: MaskStore, content: dict):
    data = pickle.dumps(store)
    if store.cache_file is not None:
        assert len(data) < 1000  # a worker maps the file, it is not sent
    assert pickle.loads(data).track('7') == content['7']


def read_in_worker(store: MaskStore, queue) -> None:
    queue.put(store.track('7'))


@pytest.mark.parametrize('method', ['fork', 'spawn'])
def test_workers(method: str, tmp_path: Path, mask_file: Path, content: dict):
    store = MaskStore.open(mask_file, tmp_path / 'cache', min_cache_bytes=0)
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    worker = context.Process(target=read_in_worker, args=(store, queue))
    worker.start()
    assert queue.get(timeout=60) == content['7']
    worker.join()


def test_cache_is_used_until_the_file_changes(tmp_path: Path, mask_file: Path, content: dict):
    cache = tmp_path / 'cache'
    first = MaskStore.open(mask_file, cache, 0)
    stamp = first.cache_file.stat().st_mtime_ns
    assert MaskStore.open(mask_file, cache, 0).cache_file.stat().st_mtime_ns == stamp
    content['7'][0] = None
    mask_file.write_text(json.dumps(content))
    assert MaskStore.open(mask_file, cache, 0).rle(7, 0) is None
    assert first.rle(7, 0) is not None  # an open store keeps what it has mapped


@pytest.mark.parametrize(
    'data', [b'', b'mevismask2\n', b'something else', b'mevismask1\n' + bytes(40), bytes(99)]
)
def test_damaged_cache_is_written_anew(tmp_path: Path, mask_file: Path, content: dict, data: bytes):
    cache_file = MaskStore.open(mask_file, tmp_path / 'cache', 0).cache_file
    cache_file.write_bytes(data)
    assert MaskStore.open(mask_file, tmp_path / 'cache', 0).track('7') == content['7']


def test_a_cache_with_a_changed_bit_is_written_anew(tmp_path: Path, mask_file: Path, content: dict):
    cache_file = MaskStore.open(mask_file, tmp_path / 'cache', 0).cache_file
    whole = cache_file.read_bytes()
    for place in range(0, len(whole), 5):
        cache_file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert MaskStore.open(mask_file, tmp_path / 'cache', 0).track('7') == content['7']
    assert cache_file.read_bytes() == whole


def test_truncated_cache_is_written_anew(tmp_path: Path, mask_file: Path, content: dict):
    cache_file = MaskStore.open(mask_file, tmp_path / 'cache', 0).cache_file
    whole = cache_file.read_bytes()
    for end in range(0, len(whole), 37):
        cache_file.write_bytes(whole[:end])
        assert MaskStore.open(mask_file, tmp_path / 'cache', 0).track('7') == content['7']


def test_folder_that_cannot_be_written(tmp_path: Path, mask_file: Path, content: dict):
    (tmp_path / 'file').write_text('not a folder')
    store = MaskStore.open(mask_file, tmp_path / 'file' / 'cache', 0)
    assert store.cache_file is None
    assert store.track('7') == content['7']


def test_cache_folder_by_environment(tmp_path: Path, mask_file: Path, monkeypatch):
    monkeypatch.setenv('MEVIS_CACHE_DIR', str(tmp_path / 'elsewhere'))
    assert MaskStore.open(mask_file, min_cache_bytes=0).cache_file.parent == tmp_path / 'elsewhere'
    assert os.listdir(tmp_path / 'elsewhere')


def test_missing_file(tmp_path: Path):
    with pytest.raises(UserError, match=r'absent\.json: no such file'):
        MaskStore.open(tmp_path / 'absent.json')


def test_unknown_object_and_frame(store: MaskStore):
    with pytest.raises(UserError, match=r'mask_dict\.json: no masks for anno_id 8'):
        store.rle(8, 0)
    with pytest.raises(UserError, match='anno_id 7 has 5 entries, frame 5'):
        store.rle(7, 5)


@pytest.mark.parametrize(
    'entry',
    [
        'text',
        {'size': [1, 2]},
        {'counts': 'a', 'size': [1]},
        {'counts': 'a', 'size': [-4, -6]},
        {'counts': 'a', 'size': [4, 6.5]},
        {'counts': 'a', 'size': ['4', 6]},
        {'counts': 'a', 'size': [True, 6]},
        {'counts': 'a', 'size': [0, 6]},
        {'counts': 'a', 'size': [10**6, 10**6]},
        {'counts': 'é', 'size': [1, 3]},
        {'counts': [1, 2], 'size': [1, 4]},
        {'counts': [4, -1], 'size': [1, 3]},
    ],
)
def test_malformed_entry(tmp_path: Path, entry: object):
    path = tmp_path / 'mask_dict.json'
    path.write_text(json.dumps({'3': [None, entry]}))
    with pytest.raises(UserError, match=r'mask_dict\.json: anno_id 3, frame 1: '):
        MaskStore.open(path)
    path.write_text(json.dumps({'3': entry}))
    with pytest.raises(UserError, match='anno_id 3 must hold a list'):
        MaskStore.open(path)


def test_uncompressed_runs_are_compressed(tmp_path: Path):
    path = tmp_path / 'mask_dict.json'
    path.write_text(json.dumps({'3': [None, {'size': [2, 3], 'counts': [1, 4, 1]}]}))
    assert MaskStore.open(path).track(3) == [None, {'size': [2, 3], 'counts': '141'}]


@pytest.mark.parametrize(
    'text',
    [
        '{"3": [{"size": [1, 3], "counts": "3", "size": [3, 1]}]}',
        '{"3": [{"size": [1, 3], "counts": "3", "counts": "3"}]}',
        '{"3": [null], "3": [null]}',
        '{"3": [null]} {',
    ],
)
def test_what_says_two_things_is_refused(tmp_path: Path, text: str):
    path = tmp_path / 'mask_dict.json'
    path.write_text(text)
    with pytest.raises(UserError, match=r'mask_dict\.json: .*again'):
        MaskStore.open(path)


def test_runs_that_end_early(tmp_path: Path, content: dict):
    content['7'][2]['counts'] = content['7'][2]['counts'][:-2]
    path = tmp_path / 'mask_dict.json'
    path.write_text(json.dumps(content))
    store = MaskStore.open(path)
    with pytest.raises(UserError, match='anno_id 7, frame 2: the runs'):
        store.track(7)


def test_union_of_different_sizes(tmp_path: Path, content: dict):
    content['5'] = encode_rle(np.ones((5, 8, 8), bool))
    path = tmp_path / 'mask_dict.json'
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match='anno_id 7, 5'):
        MaskStore.open(path).union([7, 5], [0])
