"""Scores of a split equal the recorded ones of the official script, on any number of processes."""

import json
import shutil

import pytest

from mevis.apis.scoring.split_scores import score_predictions
from mevis.datasets.mask_folders import export_masks
from mevis.errors import UserError
from mevis.testing.tiny_mevis import write_tiny_mevis


@pytest.fixture
def split(tmp_path):
    """A split and its own truth as predictions."""
    folder = write_tiny_mevis(tmp_path, 'valid_u')
    export_masks(folder, tmp_path / 'predictions', by='expression')
    return folder


def score(split, **arguments):
    files = (split / 'meta_expressions.json', split / 'mask_dict.json')
    return score_predictions(*files, split.parent / 'predictions', **arguments)


def official(scored) -> dict[str, list[float]]:
    """J and F as the official script writes them."""
    return {
        f'{video}_{exp_id}': [one.similarity, one.accuracy]
        for (video, exp_id), one in scored.scores.items()
    }


@pytest.mark.parametrize('num_workers', [1, 2])
def test_equals_the_official_script(parity_folder, num_workers):
    folder = parity_folder / 'metrics'
    scored = score_predictions(
        folder / 'meta_expressions.json',
        folder / 'mask_dict.json',
        folder / 'predictions',
        num_workers,
    )
    expected = json.loads((folder / 'expected.json').read_text())
    got = official(scored)
    assert got.keys() == expected.keys()
    assert len(got) > 20
    worst = max(
        abs(a - b) for key in expected for a, b in zip(got[key], expected[key], strict=True)
    )
    assert worst <= 1e-12
    assert scored.missing == ['011missing']


def test_the_truth_is_perfect(split):
    scored = score(split)
    assert list(scored.scores) == [('bird', '0'), ('bird', '1'), ('bird', '2'), ('bird', '3')] + [
        ('cat', '0')
    ]
    assert set(map(tuple, official(scored).values())) == {(1.0, 1.0)}
    assert not scored.scores['bird', '3'].has_target
    assert scored.scores['bird', '3'].is_empty
    assert scored.scores['cat', '0'].has_target


def test_the_number_of_processes_changes_no_bit(split):
    told = []
    one = score(split)
    two = score(split, num_workers=2, on_video=lambda *done: told.append(done))
    assert one == two
    assert told == [(1, 2), (2, 2)]


def test_a_video_without_predictions_scores_zero(split):
    shutil.rmtree(split.parent / 'predictions' / 'cat')
    scored = score(split)
    assert scored.missing == ['cat']
    assert official(scored)['cat_0'] == [0.0, 0.0]
    assert official(scored)['bird_0'] == [1.0, 1.0]


def test_frames_are_matched_in_the_order_of_the_annotations(split):
    path = split / 'meta_expressions.json'
    meta = json.loads(path.read_text())
    frames = meta['videos']['bird']['frames']
    renamed = {'00000': '00005', '00005': '00000'}
    meta['videos']['bird']['frames'] = [renamed.get(name, name) for name in frames]
    path.write_text(json.dumps(meta))
    for exp_id in '0123':
        folder = split.parent / 'predictions' / 'bird' / exp_id
        (folder / '00000.png').rename(folder / 'x.png')
        (folder / '00005.png').rename(folder / '00000.png')
        (folder / 'x.png').rename(folder / '00005.png')
    assert set(map(tuple, official(score(split)).values())) == {(1.0, 1.0)}


def test_predictions_of_another_split_are_not_zero_but_an_error(split):
    (split.parent / 'predictions').rename(split.parent / 'x')
    (split.parent / 'predictions').mkdir()
    (split.parent / 'x').rename(split.parent / 'predictions' / 'results')
    with pytest.raises(UserError, match='holds none of the 2 videos .* in a folder below'):
        score(split)


@pytest.mark.parametrize('num_workers', [1, 2])
def test_a_damaged_prediction_is_named_from_any_process(split, num_workers):
    path = split.parent / 'predictions' / 'bird' / '2' / '00003.png'
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(UserError, match=f'{path}: the mask cannot be read'):
        score(split, num_workers=num_workers)


def edit_masks(split, edit):
    path = split / 'mask_dict.json'
    masks = json.loads(path.read_text())
    edit(masks)
    path.write_text(json.dumps(masks))


def test_masks_that_are_missing_or_too_few_are_named(split):
    edit_masks(split, lambda masks: masks['2'].pop())
    with pytest.raises(UserError, match='anno_id 2 has 2 entries, but its video cat has 3 frames'):
        score(split)
    edit_masks(split, lambda masks: masks.pop('2'))
    with pytest.raises(UserError, match='no masks for anno_id 2'):
        score(split)


def test_a_split_without_truth_says_so(tmp_path):
    split = write_tiny_mevis(tmp_path, 'valid', truth=False)
    (split / 'mask_dict.json').write_text('{}')
    (tmp_path / 'predictions' / 'bird').mkdir(parents=True)
    with pytest.raises(UserError, match='names no annotated objects.*make_submission'):
        score(split)
