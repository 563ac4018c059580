"""Baselines are scored by the same functions as a model, from masks whose answers are known."""

import json

import numpy as np
import pytest

from mevis.apis.scoring.baselines import BASELINES, baseline_scores, moves, score_baselines
from mevis.apis.scoring.split_scores import score_predictions
from mevis.datasets.mask_folders import export_masks
from mevis.datasets.moving_shapes import Recipe, write_split
from mevis.errors import UserError
from mevis.structures import encode_rle
from mevis.testing.tiny_mevis import write_tiny_mevis


@pytest.fixture
def root(tmp_path):
    """The tiny split, to which a square that rests is added."""
    folder = write_tiny_mevis(tmp_path, 'valid_u')
    masks = json.loads((folder / 'mask_dict.json').read_text())
    still = np.zeros((6, 48, 64), bool)
    still[:, 30:40, 40:50] = True
    masks['9'] = encode_rle(still)
    (folder / 'mask_dict.json').write_text(json.dumps(masks))
    path = folder / 'meta_expressions.json'
    meta = json.loads(path.read_text())
    entry = {'exp': 'the square that rests', 'obj_id': [2], 'anno_id': [9], 'tags': ['rest']}
    meta['videos']['bird']['expressions']['4'] = entry
    path.write_text(json.dumps(meta))
    return tmp_path


def test_each_baseline_answers_what_it_says(root):
    scores = score_baselines(root, 'valid_u').scores
    similarity = {
        name: {key: round(score.similarity, 6) for key, score in scores[name].items()}
        for name in BASELINES
    }
    # Squares of 10x10 that never overlap; object 1 is absent in two of six frames.
    assert similarity['empty'] == {
        ('bird', '0'): 0, ('bird', '1'): round(2 / 6, 6), ('bird', '2'): 0, ('bird', '3'): 1,
        ('bird', '4'): 0, ('cat', '0'): 0,
    }  # fmt: skip
    assert similarity['all objects']['bird', '0'] == round((4 / 3 + 2 / 2) / 6, 6)
    assert similarity['all objects']['cat', '0'] == 1
    assert similarity['everything that moves']['bird', '2'] == 1
    assert similarity['everything that moves']['bird', '4'] == 0
    # One of three objects, each as likely.
    assert similarity['random object']['bird', '0'] == round(1 / 3, 6)
    assert similarity['random object']['bird', '4'] == round(1 / 3, 6)
    both = (4 * 0.5 + 2 * 1) / 6 + (4 * 0.5) / 6
    assert similarity['random object']['bird', '2'] == round(both / 3, 6)


def test_figures_bear_the_names_of_a_models(root):
    figures = baseline_scores(root, 'valid_u')
    assert list(figures) == list(BASELINES)
    for name in BASELINES:
        accuracies = {'N-acc', 'T-acc', 'J&F-target', 'Final-target', 'Final-all'}
        assert {'J', 'F', 'J&F', 'J&F/rest', *accuracies} == set(figures[name])
        assert all(0 <= value <= 100 for value in figures[name].values())
    assert figures['empty']['N-acc'] == 100
    assert figures['empty']['T-acc'] == 0
    assert figures['random object']['N-acc'] == 0
    assert figures['random object']['T-acc'] == 100
    assert figures['random object']['J&F/rest'] == pytest.approx(100 / 3)


def test_the_number_of_processes_changes_no_bit(root):
    assert baseline_scores(root, 'valid_u', num_workers=2) == baseline_scores(root, 'valid_u')


def test_some_videos_only(root):
    scores = score_baselines(root, 'valid_u', videos=['cat']).scores
    assert list(scores['empty']) == [('cat', '0')]
    assert scores['random object']['cat', '0'].similarity == 1


def test_moving_shapes_lists_objects_that_no_sentence_means(tmp_path):
    recipe = Recipe(2, seed=3, height=48, width=64, num_frames=12, sentences=(1, 1))
    folder = write_split(tmp_path, 'valid_u', recipe)
    scenes = json.loads((folder / 'scenes.json').read_text())
    meta = json.loads((folder / 'meta_expressions.json').read_text())['videos']
    scores = score_baselines(tmp_path, 'valid_u').scores['random object']
    for video, scene in scenes.items():
        (exp_id,) = meta[video]['expressions']
        assert len(scene['objects']) > len(meta[video]['expressions'][exp_id]['anno_id'])
        assert 0 < scores[video, exp_id].similarity < 1
    (folder / 'scenes.json').write_text('{}')
    with pytest.raises(UserError, match=r'scenes\.json: .*Make the split again'):
        baseline_scores(tmp_path, 'valid_u')


def test_are_scored_as_predictions_on_disk_are(root, tmp_path):
    """The truth of sentence 2 (both that move) as the answer to every sentence of the bird."""
    folder = root / 'valid_u'
    out = tmp_path / 'png'
    export_masks(folder, out, by='expression')
    for exp_id in '0134':
        for path in (out / 'bird' / exp_id).iterdir():
            path.write_bytes((out / 'bird' / '2' / path.name).read_bytes())
    files = (folder / 'meta_expressions.json', folder / 'mask_dict.json')
    scored = score_predictions(*files, out)
    assert scored.scores == score_baselines(root, 'valid_u').scores['everything that moves']


def track(*centres, size=6) -> list:
    tube = np.zeros((len(centres), 40, 60), bool)
    for mask, (y, x) in zip(tube, centres, strict=True):
        mask[y : y + size, x : x + size] = True
    return encode_rle(tube)


def test_moving_is_by_the_centre_and_the_size():
    assert not moves(track((5, 5), (5, 5), (5, 6)), (40, 60))
    assert moves(track((5, 5), (5, 20), (5, 5)), (40, 60))
    assert not moves(track((5, 5), (5, 12), size=20), (40, 60))
    assert moves([*track((5, 5)), None, *track((20, 5))], (40, 60))
    assert not moves([None, None], (40, 60))


def test_a_split_without_truth_says_so(tmp_path):
    write_tiny_mevis(tmp_path, 'valid', truth=False)
    with pytest.raises(UserError, match='no mask_dict.json.*such as valid_u'):
        baseline_scores(tmp_path, 'valid')
