import json

import pytest
from PIL import Image

from mevis.apis.scoring.submission import layout_of_annotations, layout_of_dataset
from mevis.datasets import MeViSDataset, RefYouTubeVOSDataset
from mevis.errors import UserError
from mevis.testing.tiny_mevis import TINY_SIZE, write_tiny_mevis
from mevis.testing.tiny_mevis_v2 import write_tiny_mevis_v2


@pytest.fixture
def split(tmp_path):
    return write_tiny_mevis(tmp_path, 'valid', truth=False)


def test_annotations_and_data_set_ask_for_the_same(split):
    layout = layout_of_annotations(split / 'meta_expressions.json')
    assert [video.name for video in layout] == ['bird', 'cat']
    assert layout[0].exp_ids == ('0', '1', '2', '3')
    assert len(layout[0].texts) == 4
    assert [video.size for video in layout] == [TINY_SIZE, TINY_SIZE]
    assert [video.num_masks for video in layout] == [24, 3]
    assert list(layout[1].entries()) == [f'cat/0/0000{frame}.png' for frame in range(3)]
    sampler = {'type': 'AllFramesSampler'}
    dataset = MeViSDataset(str(split.parent), 'valid', sampler, [], test_mode=True)
    assert layout_of_dataset(dataset) == layout


def test_sizes_are_unknown_without_frames(split):
    (split / 'JPEGImages').rename(split / 'elsewhere')
    layout = layout_of_annotations(split / 'meta_expressions.json')
    assert [video.size for video in layout] == [None, None]


def test_damaged_input_is_named(split, tmp_path):
    frame = split / 'JPEGImages' / 'cat' / '00000.jpg'
    frame.write_text('')
    with pytest.raises(UserError, match=f'{frame}: the frame cannot be read'):
        layout_of_annotations(split / 'meta_expressions.json')
    empty = tmp_path / 'empty.json'
    empty.write_text('{"videos": {}}')
    with pytest.raises(UserError, match='no video has expressions'):
        layout_of_annotations(empty)


def test_ref_youtube_vos_is_valid_without_test_in_a_folder(tmp_path):
    videos = {
        name: {'expressions': {'0': {'exp': 'a fish'}}, 'frames': ['00000', '00005']}
        for name in ('a', 'b', 'c')
    }
    for split, names in (('valid', 'abc'), ('test', 'b')):  # valid lists the videos of test too
        path = tmp_path / f'meta_expressions/{split}/meta_expressions.json'
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({'videos': {name: videos[name] for name in names}}))
    for name in 'ac':
        frame = tmp_path / f'valid/JPEGImages/{name}/00000.jpg'
        frame.parent.mkdir(parents=True)
        Image.new('RGB', (30, 20)).save(frame)
    layout = layout_of_annotations(tmp_path / 'meta_expressions/valid/meta_expressions.json')
    assert [(video.name, video.size) for video in layout] == [('a', (20, 30)), ('c', (20, 30))]
    assert list(layout[1].entries()) == [f'Annotations/c/0/{n}.png' for n in ('00000', '00005')]
    sampler = {'type': 'AllFramesSampler'}
    dataset = RefYouTubeVOSDataset(str(tmp_path), 'valid', sampler, [], test_mode=True)
    assert layout_of_dataset(dataset) == layout
    (tmp_path / 'valid/JPEGImages').rename(tmp_path / 'elsewhere')
    layout = layout_of_annotations(tmp_path / 'meta_expressions/valid/meta_expressions.json')
    assert [video.size for video in layout] == [None, None]


def test_mevis_v2_asks_for_the_same_with_frames_in_their_archive(tmp_path):
    folder = write_tiny_mevis_v2(tmp_path, 'valid')
    layout = layout_of_annotations(folder / 'meta_expressions_v2_release.json')
    assert [(video.name, len(video.exp_ids), video.size) for video in layout] == [
        ('bird', 4, (48, 64)),
        ('cat', 1, (48, 64)),
    ]
