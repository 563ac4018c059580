import pytest

from mevis.apis.inference.answering import ModelChoice
from mevis.apis.web.choices import (
    AUTOMATIC,
    FROM_FILE,
    NO_REFINER,
    SERVERS,
    model_choice,
    refiners,
    track_sources,
)
from mevis.errors import UserError

SMALL_SAM = 'the small SAM, for painted shapes'


def test_every_source_but_a_file_is_a_choice():
    own = ModelChoice(config='a.py', checkpoint='a.pth', cfg_options={'model.chunk_size': 4})
    found = {
        name: model_choice(name, None, NO_REFINER, own, 'cpu')
        for name in track_sources(own)
        if name != FROM_FILE
    }
    assert found.pop(SERVERS) == own
    assert [choice.tracks for choice in found.values()] == [None, 'motion', 'dvis']
    assert {choice.device for choice in found.values()} == {'cpu'}


def test_tracks_of_a_file():
    assert model_choice(FROM_FILE, 'tracks.txt', NO_REFINER, None, None).tracks == 'tracks.txt'
    with pytest.raises(UserError, match='no file of tracks'):
        model_choice(FROM_FILE, None, NO_REFINER, None, None)


def test_the_first_source_is_the_model_that_the_server_was_started_with():
    assert track_sources(ModelChoice())[0] == SERVERS
    assert track_sources(None)[0] == AUTOMATIC
    with pytest.raises(UserError, match='choose one of automatic'):
        model_choice(SERVERS, None, NO_REFINER, None, None)


def test_refiners_without_weights_are_not_offered(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # weights of others are looked for below
    assert refiners() == [NO_REFINER, SMALL_SAM]
    with pytest.raises(UserError, match='choose one of none, the small SAM'):
        model_choice(AUTOMATIC, None, 'HQ-SAM', None, None)


def test_a_refiner_is_added_to_the_overrides_of_the_server():
    own = ModelChoice(config='a.py', cfg_options={'model.chunk_size': 4})
    choice = model_choice(SERVERS, None, SMALL_SAM, own, None)
    wanted = {'model.chunk_size': 4, 'model.refiner.type': 'SmallSAMRefiner'}
    assert choice.cfg_options == wanted
