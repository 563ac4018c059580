import json

import numpy as np
import pytest

from mevis.apis.scoring.track_upper_bound import best_union, upper_bound
from mevis.errors import UserError
from mevis.structures import encode_rle
from mevis.testing.tiny_mevis import write_tiny_mevis


def tube(left, right):
    masks = np.zeros((2, 8, 20), bool)
    masks[:, :, left:right] = True
    return masks


def test_tracks_are_added_while_they_help():
    tubes = np.stack([tube(0, 5), tube(5, 9), tube(9, 20), tube(0, 4)])
    assert np.array_equal(best_union(tubes, tube(0, 10)), tube(0, 9))
    assert not best_union(tubes, np.zeros((2, 8, 20), bool)).any()


def write_tracks(folder, annotations, rles_of):
    folder.mkdir()
    for name, video in annotations.items():
        rles = rles_of(name, len(video['frames']))
        size = next(rle['size'] for track in rles for rle in track if rle)
        content = {'size': size, 'scores': [0.5] * len(rles), 'categories': [0] * len(rles)}
        (folder / f'{name}.json').write_text(json.dumps(content | {'rles': rles}))


def test_annotated_objects_as_tracks_allow_everything(tmp_path):
    split = write_tiny_mevis(tmp_path / 'data', 'valid_u')
    videos = json.loads((split / 'meta_expressions.json').read_text())['videos']
    masks = json.loads((split / 'mask_dict.json').read_text())

    def objects(name, frames):
        ids = {i for e in videos[name]['expressions'].values() for i in e['anno_id']}
        return [masks[str(i)] for i in sorted(ids)]

    write_tracks(tmp_path / 'objects', videos, objects)
    figures = upper_bound(tmp_path / 'data', 'valid_u', tmp_path / 'objects')
    assert figures['J&F'] == pytest.approx(100)

    def corner(name, frames):
        size = objects(name, frames)[0][0]['size']
        mask = np.zeros((frames, *size), bool)
        mask[:, :2, :2] = True
        return [encode_rle(mask)]

    write_tracks(tmp_path / 'corner', videos, corner)
    assert upper_bound(tmp_path / 'data', 'valid_u', tmp_path / 'corner')['J&F'] < 30


def test_a_split_without_truth_is_refused(tmp_path):
    split = write_tiny_mevis(tmp_path / 'data', 'valid_u')
    (split / 'mask_dict.json').unlink()
    with pytest.raises(UserError):
        upper_bound(tmp_path / 'data', 'valid_u', tmp_path / 'none')
