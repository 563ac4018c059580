"""Layouts are told apart, and what is wrong with a split is found and named."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.datasets.layouts import LAYOUTS, find_layout
from mevis.datasets.reader_integrity import check_reader
from mevis.errors import UserError
from mevis.structures import encode_rle
from mevis.testing.tiny_a2d_sentences import write_tiny_a2d_sentences
from mevis.testing.tiny_davis import write_tiny_davis
from mevis.testing.tiny_jhmdb_sentences import write_tiny_jhmdb_sentences
from mevis.testing.tiny_long_rvos import write_tiny_long_rvos
from mevis.testing.tiny_mevis import write_tiny_mevis
from mevis.testing.tiny_ref_youtube_vos import write_tiny_ref_youtube_vos
from mevis.testing.tiny_refcoco import write_tiny_refcoco
from mevis.testing.tiny_revos import write_tiny_revos


def write_tiny_youtube_vis(root: Path) -> None:
    masks = np.zeros((2, 20, 30), bool)
    masks[:, 4:9, 5:12] = True
    content = {
        'videos': [{'id': 1, 'file_names': [f'cat/{index:05d}.jpg' for index in range(2)]}],
        'categories': [{'id': 1, 'name': 'cat'}],
        'annotations': [
            {'id': 1, 'video_id': 1, 'category_id': 1, 'segmentations': encode_rle(masks)}
        ],
    }
    (root / 'train/JPEGImages/cat').mkdir(parents=True)
    (root / 'train.json').write_text(json.dumps(content))
    for index in range(2):
        Image.new('RGB', (30, 20)).save(root / f'train/JPEGImages/cat/{index:05d}.jpg')


WRITERS: dict[str, tuple[Callable, list[str]]] = {
    'ref_youtube_vos': (write_tiny_ref_youtube_vos, ['train', 'valid']),
    'ref_davis': (write_tiny_davis, ['val']),
    'long_rvos': (write_tiny_long_rvos, ['valid']),
    'refcoco': (write_tiny_refcoco, ['refcoco/train', 'refcoco/val']),
    'revos': (write_tiny_revos, ['train', 'valid']),
    'a2d_sentences': (write_tiny_a2d_sentences, ['test', 'train']),
    'jhmdb_sentences': (write_tiny_jhmdb_sentences, ['test']),
    'youtube_vis': (write_tiny_youtube_vis, ['train']),
    'mevis': (write_tiny_mevis, ['train']),
}
READ = [name for name in WRITERS if name != 'mevis']
JPEG = [name for name in READ if not name.endswith('_sentences')]


def test_every_layout_is_tried():
    assert set(WRITERS) == set(LAYOUTS)


@pytest.mark.parametrize('layout', WRITERS)
def test_layouts_are_told_apart(tmp_path: Path, layout: str):
    write, names = WRITERS[layout]
    write(tmp_path)
    found, splits = find_layout(tmp_path)
    assert (found, [split.name for split in splits]) == (layout, names)
    assert find_layout(tmp_path, layout)[1] == splits


def test_where_there_is_nothing(tmp_path: Path):
    with pytest.raises(UserError, match='no split in it'):
        find_layout(tmp_path)
    with pytest.raises(UserError, match='no split of the layout revos'):
        find_layout(tmp_path, 'revos')
    with pytest.raises(UserError, match='no such folder'):
        find_layout(tmp_path / 'absent')


def reports(root: Path, **options) -> list:
    layout, splits = find_layout(root)
    return [check_reader(root, split, layout, **options) for split in splits]


@pytest.mark.parametrize('fast', [False, True])
@pytest.mark.parametrize('layout', READ)
def test_sound_data(tmp_path: Path, layout: str, fast: bool):
    WRITERS[layout][0](tmp_path)
    for report in reports(tmp_path, fast=fast):
        assert report.problems == []
        assert report.sound
        assert report.counts['videos'] >= 1
        assert report.counts['frames'] >= 2
        assert report.annotations == layout


def test_counts(tmp_path: Path):
    write_tiny_revos(tmp_path)
    (_, report) = reports(tmp_path)
    assert report.counts == {
        'videos': 1,
        'frames': 4,
        'expressions': 3,
        'expressions without target': 1,
    }


@pytest.mark.parametrize('layout', JPEG)
def test_a_frame_cut_off(tmp_path: Path, layout: str):
    WRITERS[layout][0](tmp_path)
    path = sorted(tmp_path.rglob('*.jpg'))[0]
    path.write_bytes(path.read_bytes()[:-20])
    for fast in (False, True):
        found = [problem for report in reports(tmp_path, fast=fast) for problem in report.problems]
        assert [(problem.kind, problem.place) for problem in found] == [
            ('frame undecodable', str(path))
        ]


@pytest.mark.parametrize('layout', JPEG)
def test_a_frame_missing(tmp_path: Path, layout: str):
    WRITERS[layout][0](tmp_path)
    path = sorted(tmp_path.rglob('*.jpg'))[-1]
    path.unlink()
    found = [problem for report in reports(tmp_path) for problem in report.problems]
    if layout == 'ref_davis':  # whose frames are what its folder holds
        assert found == []
        return
    assert ('frame missing', str(path)) in [(problem.kind, problem.place) for problem in found]


def test_frames_in_a_video_file(tmp_path: Path):
    write_tiny_a2d_sentences(tmp_path)
    damaged = tmp_path / 'Release/clips320H/test_clip.mp4'
    damaged.write_bytes(b'none')
    (tmp_path / 'Release/clips320H/train_clip.mp4').unlink()
    test, train = (report.problems for report in reports(tmp_path))
    assert {problem.kind for problem in test} == {'frame undecodable'}
    assert 'the video cannot be read' in test[0].detail
    assert {problem.kind for problem in train} == {'frame missing'}
    assert [problem.place for problem in train] == [
        str(tmp_path / f'Release/clips320H/train_clip.mp4/{number:05d}') for number in (1, 3)
    ]


@pytest.mark.parametrize(
    ('write', 'pattern'),
    [(write_tiny_a2d_sentences, '**/00003.h5'), (write_tiny_jhmdb_sentences, '**/*.mat')],
)
def test_arrays_cut_off(tmp_path: Path, write: Callable, pattern: str):
    write(tmp_path)
    path = sorted(tmp_path.glob(pattern))[0]
    path.write_bytes(path.read_bytes()[:-40])
    found = [problem for report in reports(tmp_path) for problem in report.problems]
    assert {(problem.kind, problem.place) for problem in found} == {('mask unreadable', str(path))}


@pytest.mark.parametrize('layout', ['ref_youtube_vos', 'ref_davis', 'long_rvos'])
def test_an_annotation_that_is_none(tmp_path: Path, layout: str):
    WRITERS[layout][0](tmp_path)
    path = sorted(tmp_path.rglob('*.png'))[0]
    path.write_bytes(b'x')
    found = [problem for report in reports(tmp_path) for problem in report.problems]
    assert {(problem.kind, problem.place) for problem in found} == {('mask unreadable', str(path))}
    assert not any(report.problems for report in reports(tmp_path, fast=True))


@pytest.mark.parametrize(
    'layout', ['ref_youtube_vos', 'ref_davis', 'long_rvos', 'refcoco', 'revos']
)
def test_a_frame_of_another_size(tmp_path: Path, layout: str):
    """All frames of a video are larger than its masks."""
    WRITERS[layout][0](tmp_path)
    for path in tmp_path.rglob('*.jpg'):
        Image.new('RGB', (90, 70)).save(path)
    report = next(report for report in reports(tmp_path) if report.problems)
    assert {problem.kind for problem in report.problems} == {'mask of another size'}
    assert 'the frames are (70, 90)' in report.problems[0].detail


@pytest.mark.parametrize(
    ('layout', 'pattern'),
    [
        ('ref_youtube_vos', 'meta_expressions/train/*.json'),
        ('ref_davis', 'davis_text_annotations/Davis17_annot1.txt'),
        ('long_rvos', 'valid/*.json'),
        ('refcoco', 'refcoco/instances.json'),
        ('refcoco', 'refcoco/refs*'),
        ('revos', 'meta_expressions_train_.json'),
        ('revos', 'mask_dict.json'),
        ('youtube_vis', 'train.json'),
        ('a2d_sentences', 'a2d_sentences_single_frame_test_annotations.json'),
        ('jhmdb_sentences', 'jhmdb_sentences_samples_metadata.json'),
    ],
)
def test_annotations_cut_off(tmp_path: Path, layout: str, pattern: str):
    WRITERS[layout][0](tmp_path)
    (path,) = tmp_path.glob(pattern)
    path.write_bytes(path.read_bytes()[:-12])
    report = reports(tmp_path)[0]
    (problem,) = report.problems
    assert (problem.kind, problem.place) == ('annotations refused', str(path))
    assert str(path) not in problem.detail


def test_an_object_that_is_never_seen_is_a_warning(tmp_path: Path):
    write_tiny_revos(tmp_path)
    path = tmp_path / 'mask_dict.json'
    masks = json.loads(path.read_text())
    masks['0'] = [None] * 4
    path.write_text(json.dumps(masks))
    report = reports(tmp_path)[0]
    assert report.sound
    (problem,) = report.problems
    assert problem.kind == 'object never seen'
    assert 'video source/train, expression 0' in problem.detail


def test_a_released_split_that_is_incomplete_is_noted(tmp_path: Path):
    write_tiny_davis(tmp_path)
    assert reports(tmp_path)[0].notes == ['2 videos; the released split has 30']


def test_processes_find_the_same(tmp_path: Path):
    write_tiny_refcoco(tmp_path)
    sorted(tmp_path.rglob('*.jpg'))[0].unlink()
    one, two = reports(tmp_path)[0], reports(tmp_path, num_workers=2)[0]
    assert one.problems == two.problems
    assert one.counts == two.counts
    seen: list[tuple[int, int]] = []
    layout, splits = find_layout(tmp_path)
    check_reader(tmp_path, splits[0], layout, on_video=lambda *done: seen.append(done))
    assert seen == [(1, 2), (2, 2)]
