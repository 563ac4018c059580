"""Answers are whole or absent, come back as they were, and never mix with those of another."""

import json
from pathlib import Path

import numpy as np
import pytest

from mevis.errors import UserError
from mevis.evaluation.prediction_store import PredictionStore
from mevis.structures import ExpressionPrediction, encode_rle

MADE_OF = {'config': 'c', 'checkpoint': 'a1', 'split': 'valid_u'}


@pytest.fixture
def answers() -> list[ExpressionPrediction]:
    rng = np.random.default_rng(0)
    return [
        ExpressionPrediction(
            exp_id,
            'the same sentence',
            encode_rle(
                rng.random((3, 6, 8)) < 0.5,
            ),
            0.1,
        )
        for exp_id in ('0', '7')
    ]


@pytest.fixture
def store(tmp_path) -> PredictionStore:
    return PredictionStore(tmp_path / 'predictions', MADE_OF)


def test_what_is_written_comes_back(store, answers):
    store.write('bird', ['00000', '00001', '00002'], answers, {'0': {'similarity': 0.5}})
    found = PredictionStore(store.root, MADE_OF).read('bird')
    assert list(found.answers.values()) == answers
    assert found.frame_names == ('00000', '00001', '00002')
    assert found.record == {'0': {'similarity': 0.5}}
    assert store.videos_done() == {'bird'}


def test_the_first_answer_stays(store, answers):
    store.write('bird', ['a', 'b', 'c'], answers)
    store.write('bird', ['a', 'b', 'c'], answers[:1])
    assert len(store.read('bird').answers) == 2


def test_names_may_hold_folders_and_dots(store, answers):
    store.write('set.1/bird.v2', ['a', 'b', 'c'], answers)
    assert store.videos_done() == {'set.1/bird.v2'}


def test_leftovers_of_a_killed_process_do_not_count_and_go(store):
    store.root.joinpath('videos').mkdir()
    leftover = store.root / 'videos' / '.bird-x1y2.json'
    leftover.write_text('{"fra')
    assert store.videos_done() == set()
    store.remove_leftovers()
    assert not leftover.exists()


@pytest.mark.parametrize('item', list(MADE_OF))
def test_another_origin_is_refused_by_name(store, item):
    with pytest.raises(
        UserError, match=rf'holds predictions of another {item} \(there .*--work-dir'
    ):
        PredictionStore(store.root, {**MADE_OF, item: 'other'})


def test_reading_alone_asks_for_no_origin(store, answers, tmp_path):
    store.write('bird', ['a', 'b', 'c'], answers)
    assert PredictionStore(store.root).videos_done() == {'bird'}
    with pytest.raises(UserError, match='no predictions of tools/test.py'):
        PredictionStore(tmp_path / 'elsewhere')


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / 'notes.txt').write_text('mine')
    with pytest.raises(UserError, match='holds files, but no made_of.json'):
        PredictionStore(tmp_path, MADE_OF)


def test_another_process_may_open_the_folder_at_the_same_time(tmp_path, monkeypatch):
    look_around = Path.iterdir

    def while_another_writes(folder):
        monkeypatch.undo()
        PredictionStore(tmp_path, MADE_OF).write('bird', [], [])
        return look_around(folder)

    monkeypatch.setattr(Path, 'iterdir', while_another_writes)
    assert PredictionStore(tmp_path, MADE_OF).videos_done() == {'bird'}


@pytest.mark.parametrize(
    'content', ['', '{"frames": ["a"]}', '[]', '{"frames": ["a"], "expressions": {"0": {"x": 1}}}']
)
def test_a_damaged_file_is_named_with_its_mend(store, answers, content):
    store.write('bird', ['a', 'b', 'c'], answers)
    path = store.root / 'videos' / 'bird.json'
    path.write_text(content)
    with pytest.raises(UserError, match=rf'{path}: .*Delete it'):
        store.read('bird')


def test_a_missing_mask_is_found(store, answers):
    store.write('bird', ['a', 'b', 'c'], answers)
    path = store.root / 'videos' / 'bird.json'
    content = json.loads(path.read_text())
    content['expressions']['7']['rles'].pop()
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match='expression 7: 2 masks, but the video has 3 frames'):
        store.read('bird')


def test_a_damaged_manifest_is_named(store):
    (store.root / 'made_of.json').write_text('{')
    with pytest.raises(UserError, match='made_of.json: .*Choose another folder'):
        PredictionStore(store.root, MADE_OF)


@pytest.mark.parametrize('video', ['../x', '/abs', 'a/../../x', '.hidden'])
def test_nothing_is_written_outside_of_the_folder(store, answers, video):
    with pytest.raises(UserError, match='the name'):
        store.write(video, ['00000', '00001', '00002'], answers)
    assert [path.name for path in store.root.iterdir()] == ['made_of.json']


NAMES = ['00000', '00001', '00002']
SCORE = {'similarity': 0.5, 'accuracy': 1.0}


@pytest.mark.parametrize(
    ('record', 'message'),
    [
        ([], 'expected object'),
        ({'0': 3}, r'0: expected object, got int'),
        ({'0': {}}, r'0: object missing required field similarity'),
        ({'0': {**SCORE, 'accuracy': '1'}}, r'0\.accuracy: expected float, got str'),
        ({'0': {**SCORE, 'similarity': 1e308}}, r'0\.similarity: expected .*<= 1'),
    ],
)
def test_damaged_scores_are_named(store, answers, record, message):
    store.write('bird', NAMES, answers, record)
    with pytest.raises(UserError, match=rf'bird\.json: {message}.* Delete it'):
        store.read_scores('bird')


def test_scores_come_back_without_what_nobody_knows(store, answers):
    store.write('bird', NAMES, answers, {'0': {**SCORE, 'other': 1}})
    assert store.read_scores('bird')['0'].similarity == 0.5
    store.write('cat', NAMES, answers)
    assert store.read_scores('cat') == {}
