import json

import numpy as np
import pytest

from mevis.apis.inference.output import write_result
from mevis.apis.inference.track_inferencer import TrackInferencer
from mevis.errors import UserError
from mevis.refiners import IdentityRefiner
from mevis.registry import REFINERS
from mevis.testing.moving_squares import film

TEXTS = ['the one that moves to the left', 'the one that moves to the right']


@pytest.fixture(scope='module')
def scene():
    return film([lambda t: (165 - 6 * t, 80), lambda t: (10 + 6 * t, 20)])


@pytest.fixture(scope='module')
def inferencer() -> TrackInferencer:
    return TrackInferencer()


def test_sentences_about_motion_are_answered_without_a_look_at_the_frames(inferencer, scene):
    result = inferencer(scene.frames, TEXTS)
    assert [answer.text for answer in result.predictions] == TEXTS
    for index, square in enumerate(scene.masks):
        masks = result.masks(index)
        assert (masks & square).sum() / (masks | square).sum() > 0.7
        assert result.predictions[index].score > 0.5
    chosen = [choice.chosen for choice in result.choices]
    assert sorted(chosen) == [[0], [1]]


def test_answers_name_their_tracks(inferencer, scene, tmp_path):
    result = inferencer(scene.frames, TEXTS)
    write_result(result, tmp_path / 'out')
    answers = json.loads((tmp_path / 'out/result.json').read_text())['answers']
    for answer, choice in zip(answers, result.choices, strict=True):
        assert answer['tracks'] == choice.chosen
        assert len(answer['track_scores']) == len(result.tracks) == 2


def test_frames_between_are_not_answered(inferencer, scene):
    result = inferencer(scene.frames, TEXTS[:1], stride=2, max_frames=10)
    assert result.frame_indices == list(range(0, 20, 2))
    assert len(result.predictions[0].rles) == 10
    masks, square = result.masks(0), scene.masks[0, :20:2]
    assert (masks & square).sum() / (masks | square).sum() > 0.6


@pytest.mark.parametrize('num_frames', [1, 12])
def test_where_nothing_moves_nothing_is_marked(inferencer, scene, num_frames):
    still = np.repeat(scene.frames[:1], num_frames, axis=0)
    result = inferencer(still, TEXTS)
    assert len(result.tracks) == 0
    for index, answer in enumerate(result.predictions):
        assert answer.score == 0
        assert not result.masks(index).any()
        assert result.choices[index].chosen == []


def test_a_sentence_without_motion_is_refused(inferencer, scene):
    with pytest.raises(UserError, match='no word in it asks for a motion'):
        inferencer(scene.frames, ['the purple'])


def test_a_refiner_sees_frames_and_masks_of_all_sentences(scene):
    @REFINERS.register_module(force=True)
    class EmptyingRefiner(IdentityRefiner):
        def forward(self, frames, rles, context):
            assert frames([0, 1]).shape == (2, 120, 200, 3)
            assert len(rles) == len(TEXTS)
            return [[None for _ in track] for track in rles]

    options = {'model.refiner.type': 'EmptyingRefiner'}
    result = TrackInferencer(cfg_options=options)(scene.frames, TEXTS)
    assert not any(result.masks(index).any() for index in range(2))


def test_tracks_of_a_file_are_chosen_from(tmp_path):
    lines = [f'{t},1,{5 + 4 * t},10,9,20,1\n{t},2,{150 - 4 * t},60,9,20,1\n' for t in range(1, 25)]
    (tmp_path / 'tracks.txt').write_text(''.join(lines))
    frames = np.zeros((24, 120, 200, 3), np.uint8)
    result = TrackInferencer(str(tmp_path / 'tracks.txt'))(frames, TEXTS)
    assert [choice.chosen for choice in result.choices] == [[2], [1]]


def test_a_sentence_without_motion_is_answered_by_nothing_where_that_is_wanted(scene):
    texts = [TEXTS[0], 'the 红 one', TEXTS[0]]
    result = TrackInferencer(lenient=True)(scene.frames, texts)
    first, nothing, again = (choice.chosen for choice in result.choices)
    assert nothing == []
    assert first == again != []
    assert [choice.text for choice in result.choices] == texts
    assert result.predictions[1].score == 0
    assert not result.masks(1).any()
    assert result.masks(2).any()
