"""A check of one video never raises, and calls nothing sound that the dataset refuses."""

import json

import pytest

from mevis.datasets import video_integrity
from mevis.datasets.integrity import check_split
from mevis.datasets.video_record import make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.testing.tiny_mevis import write_tiny_mevis


@pytest.fixture
def folder(tmp_path):
    return write_tiny_mevis(tmp_path, 'train')


def test_an_error_that_nobody_thought_of_is_of_one_video(folder, monkeypatch):
    assert check_split(folder).sound
    check_frames = video_integrity._check_frames

    def fails_for_the_bird(findings):
        if findings.check.name == 'bird':
            raise ZeroDivisionError('unheard of')
        return check_frames(findings)

    monkeypatch.setattr(video_integrity, '_check_frames', fails_for_the_bird)
    report = check_split(folder)
    assert [problem.kind for problem in report.problems] == ['video unreadable']
    assert 'unheard of' in report.problems[0].detail
    assert report.counts['frames'] == 3


@pytest.mark.parametrize(
    'change',
    [
        lambda video: video['frames'].append('../x'),
        lambda video: video['frames'].append('00000'),
        lambda video: video.update(frames=[]),
        lambda video: video['expressions'].update({'../9': video['expressions']['0']}),
        lambda video: video['expressions']['0'].update(exp=' '),
        lambda video: video['expressions']['0'].update(anno_id=['x']),
        lambda video: video['expressions']['0'].update(anno_id=[99]),
        lambda video: video['expressions']['0'].update(anno_id=[2]),
    ],
)
def test_what_the_data_set_refuses_is_not_sound(folder, change):
    path = folder / 'meta_expressions.json'
    content = json.loads(path.read_text())
    change(content['videos']['bird'])
    path.write_text(json.dumps(content))
    assert not check_split(folder).sound


def test_the_reader_has_the_last_word(folder, monkeypatch):
    def refuses(path, name, video, has_truth):
        if name == 'cat':
            raise UserError(f'{path}: video cat: for a new reason.')
        return make_record(path, name, video, has_truth)

    monkeypatch.setattr(video_integrity, 'make_record', refuses)
    (problem,) = check_split(folder).problems
    assert (problem.kind, problem.detail) == ('refused', 'video cat: for a new reason.')
    assert len(read_meta_expressions(folder / 'meta_expressions.json')) == 2
