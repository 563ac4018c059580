"""Objects as instances in YouTube-VIS format."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mevis.datasets.moving_shapes import write_split
from mevis.datasets.moving_shapes.looks import SHAPES
from mevis.structures import decode_rle


@pytest.fixture(scope='module')
def folder(small_recipe, tmp_path_factory):
    recipe = replace(small_recipe, num_videos=2)
    return write_split(tmp_path_factory.mktemp('vis'), 'train', recipe, youtube_vis=True)


def test_instances_are_the_objects(folder):
    data = json.loads((folder / 'instances.json').read_text())
    masks = json.loads((folder / 'mask_dict.json').read_text())
    scenes = json.loads((folder / 'scenes.json').read_text())
    assert [category['name'] for category in data['categories']] == list(SHAPES)
    assert [video['length'] for video in data['videos']] == [12, 12]
    for video in data['videos']:
        assert all((folder / 'JPEGImages' / name).is_file() for name in video['file_names'])
    assert [item['segmentations'] for item in data['annotations']] == list(masks.values())
    objects = [item for scene in scenes.values() for item in scene['objects']]
    names = [SHAPES[item['category_id'] - 1] for item in data['annotations']]
    assert names == [item['shape'] for item in objects]


def test_boxes_and_areas_are_those_of_the_masks(folder):
    data = json.loads((folder / 'instances.json').read_text())
    for item in data['annotations']:
        for rle, box, area in zip(
            item['segmentations'], item['bboxes'], item['areas'], strict=True
        ):
            if rle is None:
                assert box is None
                assert area is None
                continue
            mask = decode_rle([rle], (64, 96))[0]
            rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            assert area == mask.sum()
            assert box == [
                columns[0],
                rows[0],
                columns[-1] - columns[0] + 1,
                rows[-1] - rows[0] + 1,
            ]


def test_they_can_be_added_to_a_split_that_is_there(folder, small_recipe, tmp_path):
    recipe = replace(small_recipe, num_videos=2)
    plain = write_split(tmp_path, 'train', recipe)
    meta = (plain / 'meta_expressions.json').read_bytes()
    assert not (plain / 'instances.json').exists()
    write_split(tmp_path, 'train', recipe, youtube_vis=True)
    assert (plain / 'instances.json').read_bytes() == (folder / 'instances.json').read_bytes()
    assert (plain / 'meta_expressions.json').read_bytes() == meta
