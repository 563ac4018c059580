"""Three kinds of files, told apart by their content, give the same tracks."""

import json

import numpy as np
import pytest
import torch

from mevis.errors import UserError
from mevis.structures import InstanceMasks, encode_rle
from mevis.structures.instance_folder import InstanceFolder
from mevis.track_sources import read_instance_masks, read_trajectories

SIZE = (20, 30)


@pytest.fixture
def masks() -> np.ndarray:
    """Two rectangles in four frames; the second is absent in frame 1."""
    masks = np.zeros((2, 4, *SIZE), bool)
    for t in range(4):
        masks[0, t, 2:8, 3 + t : 10 + t] = True
        masks[1, t, 12:17, 20 - 2 * t : 25 - 2 * t] = t != 1
    return masks


@pytest.fixture
def files(masks, tmp_path) -> dict:
    """The same tracks in each kind of file, under names that say nothing."""
    rles = [encode_rle(track) for track in masks]
    rles[1][1] = None
    instances = InstanceMasks(rles, [0.5, 0.25], [2, 0], SIZE)
    InstanceFolder(tmp_path, {}).write('bird', ['a', 'b', 'c', 'd'], instances)
    entries = [
        {'video_id': 4, 'category_id': c + 1, 'score': s, 'segmentations': track}
        for track, s, c in zip(rles, instances.scores, instances.categories, strict=True)
    ]
    (tmp_path / 'vis').write_text(json.dumps(entries))
    lines = []
    for k, track in enumerate(masks):
        for t, mask in enumerate(track):
            if mask.any():
                y, x = (v.min() for v in np.nonzero(mask))
                bottom, right = (v.max() + 1 for v in np.nonzero(mask))
                lines.append(f'{t + 1},{k},{x},{y},{right - x},{bottom - y},{0.5 - k / 4}')
    (tmp_path / 'mot').write_text('\n'.join(lines))
    return {'ours': tmp_path / 'bird.json', 'vis': tmp_path / 'vis', 'mot': tmp_path / 'mot'}


@pytest.mark.parametrize('kind', ['ours', 'vis', 'mot'])
def test_every_kind_gives_the_same_tracks(files, masks, kind):
    instances = read_instance_masks(files[kind], size=SIZE)
    assert (instances.decode(range(4)).numpy() == masks).all()
    assert list(instances.scores) == [0.5, 0.25]
    assert list(instances.categories) == ([-1, -1] if kind == 'mot' else [2, 0])
    tracks = read_trajectories(files[kind], size=SIZE)
    assert (tracks.ids, tracks.size) == ((0, 1), SIZE)
    assert (tracks.areas.numpy() == masks.sum((2, 3))).all()
    assert (tracks.visible.numpy() == masks.any((2, 3))).all()
    assert torch.allclose(tracks.times, torch.tensor([0, 1 / 3, 2 / 3, 1]))
    assert tracks.boxes[0, 2].tolist() == [5, 2, 12, 8]
    assert tracks.boxes[1, 1].tolist() == [0, 0, 0, 0]
    if kind != 'mot':
        assert (read_trajectories(files[kind]).boxes == tracks.boxes).all()


@pytest.mark.parametrize('read', [read_trajectories, read_instance_masks])
def test_what_the_file_does_not_fit(files, read):
    with pytest.raises(UserError, match=r'mot: boxes alone do not tell the size.*--size'):
        read(files['mot'])
    for kind in ('ours', 'vis'):
        with pytest.raises(UserError, match=rf'{files[kind].name}: .*size.*\(20, 30\)'):
            read(files[kind], size=(30, 20))
    for kind in files:
        with pytest.raises(UserError, match=f'{files[kind].name}.* frame'):
            read(files[kind], size=SIZE, num_frames=3)
    with pytest.raises(UserError, match='those of video bird, not of cat'):
        read(files['ours'], video='cat')
    with pytest.raises(UserError, match='no tracks of video 9'):
        read(files['vis'], video=9)
    assert len(read(files['vis'], video='4')) == 2
    with pytest.raises(UserError, match=r'mot: boxes of one video.*\(--video\)'):
        read(files['mot'], size=SIZE, video='4')


@pytest.mark.parametrize('read', [read_trajectories, read_instance_masks])
@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('{"videos": [], "annotations": [], "categories": []}', 'annotations, where tracks'),
        ('{"rles"', 'no complete JSON'),
        ('{"rles": []}', 'missing required field size'),
        ('walk to the left', 'line 1: 4 columns'),
    ],
)
def test_other_files(tmp_path, read, content, message):
    path = tmp_path / 'x.json'
    path.write_text(content)
    with pytest.raises(UserError, match=rf'x\.json.*{message}'):
        read(path, size=SIZE)
    with pytest.raises(UserError, match='absent: no such file'):
        read(tmp_path / 'absent')


def test_names_of_tracks_are_kept(tmp_path, masks):
    tracks = InstanceMasks([encode_rle(k) for k in masks], [1, 1], [-1, -1], SIZE, ids=[17, 4])
    InstanceFolder(tmp_path, {}).write('bird', ['a', 'b', 'c', 'd'], tracks)
    assert read_trajectories(tmp_path / 'bird.json').ids == (17, 4)
    assert read_instance_masks(tmp_path / 'bird.json') == tracks
    InstanceFolder(tmp_path, {}).write('cat', ['a', 'b'], InstanceMasks([], [], [], SIZE))
    none = read_trajectories(tmp_path / 'cat.json')
    assert none.boxes.shape == (0, 2, 4)
