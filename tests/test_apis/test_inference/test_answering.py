import json

import pytest

from mevis.apis.inference.answering import (
    Answerer,
    ModelChoice,
    choices_of,
    describe_choice,
    write_answers,
)
from mevis.apis.inference.inferencer import RefVidSegInferencer
from mevis.apis.inference.track_inferencer import TrackInferencer
from mevis.apis.inference.track_selection import TrackChoice
from mevis.errors import UserError
from mevis.testing.moving_squares import film

LEFT, UP, RED = 'the one that moves to the left', 'the one that moves upwards', 'the red square'


@pytest.fixture(scope='module')
def answerer() -> Answerer:
    return Answerer(ModelChoice())


def test_sentences_about_motion_are_for_tracks(answerer):
    inferencer, notes = answerer.inferencer_for([LEFT])
    assert isinstance(inferencer, TrackInferencer)
    assert notes == []


def test_a_sentence_among_others_that_asks_for_no_motion_is_named(answerer):
    inferencer, notes = answerer.inferencer_for([LEFT, RED])
    assert isinstance(inferencer, TrackInferencer)
    (note,) = notes
    assert note.startswith("'the red square' asks for no motion")


def test_where_no_sentence_asks_for_motion_frames_are_looked_at(answerer):
    inferencer, notes = answerer.inferencer_for([RED])
    assert isinstance(inferencer, RefVidSegInferencer)
    assert 'painted shapes only' in notes[0]
    assert answerer.inferencer_for([RED])[0] is inferencer  # loaded once


def test_tracks_that_are_named_are_kept_to():
    inferencer, notes = Answerer(ModelChoice(tracks='motion')).inferencer_for([RED])
    assert isinstance(inferencer, TrackInferencer)
    assert notes == []


def test_a_config_without_weights_is_refused():
    with pytest.raises(UserError, match='--config needs its --checkpoint'):
        Answerer(ModelChoice(config='a.py'))


def test_answers_and_tracks_are_written(answerer, tmp_path):
    scene = film([lambda t: (165 - 6 * t, 80), lambda t: (10 + 6 * t, 20)], num_frames=16)
    inferencer, _ = answerer.inferencer_for([LEFT, UP])
    result = inferencer(scene.frames, [LEFT, UP])
    done = []
    paths = write_answers(result, tmp_path / 'out', done.append)
    assert all(path.exists() for path in paths)
    assert paths[-2:] == [tmp_path / 'out/tracks/overlay.mp4', tmp_path / 'out/tracks/sheet.png']
    assert done == list(range(1, 17))
    left, up = choices_of(result)
    assert len(left.chosen) == 1
    assert not up.chosen
    assert json.loads((tmp_path / 'out/result.json').read_text())['answers'][1]['tracks'] == []


@pytest.mark.parametrize(
    ('choice', 'says'),
    [
        (None, ''),
        (TrackChoice('', [0.9, 0.1], [0], 1.0), 'track 0 of 2'),
        (TrackChoice('', [0.9, 0.8, 0.1], [4, 7], 1.0), 'tracks 4, 7 of 3'),
        (TrackChoice('', [0.25], [], 0.1), 'nothing is marked: 1 tracks, the best track has 0.25'),
        (TrackChoice('', [], [], 0.0), 'nothing is marked: 0 tracks'),
    ],
)
def test_choices_in_words(choice, says):
    assert describe_choice(choice) == says
