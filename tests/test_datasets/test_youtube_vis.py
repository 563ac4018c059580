"""The JSON of YouTube-VIS and OVIS."""

import json
from pathlib import Path

import numpy as np
import pytest

from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import decode_rle, encode_rle

SQUARE = np.zeros((2, 48, 64), bool)
SQUARE[0, 3:9, 5:20] = True
SHORT = {'size': [48, 64], 'counts': [5, 10]}


def annotation() -> dict:
    first, _ = encode_rle(SQUARE)
    return {
        'id': 4,
        'video_id': 9,
        'category_id': 30,
        'iscrowd': 0,
        'segmentations': [first, None, None],
    }


def content() -> dict:
    files = [f'cat/{index:05d}.jpg' for index in range(3)]
    return {
        'videos': [{'id': 9, 'width': 64, 'height': 48, 'length': 3, 'file_names': files}],
        'categories': [{'id': 30, 'name': 'ball'}, {'id': 2, 'name': 'cube'}],
        'annotations': [annotation(), {**annotation(), 'id': 5, 'iscrowd': 1}],
    }


@pytest.fixture
def make(mevis_root: Path):
    def build(data: dict, **options):
        (mevis_root / 'train.json').write_text(json.dumps(data))
        base = dict(
            type='YouTubeVISDataset',
            data_root=str(mevis_root),
            split='train',
            frame_sampler={'type': 'AllFramesSampler'},
            pipeline=[{'type': 'LoadClipFrames'}, {'type': 'PackRefVidSegInputs'}],
            test_mode=True,
        )
        return DATASETS.build({**base, **options})

    return build


def test_whole_video(make):
    dataset = make(content())
    sample = dataset[0]['data_samples']
    assert (sample.video, sample.frame_names) == ('cat', ['00000', '00001', '00002'])
    assert dataset.classes == ('cube', 'ball')  # in the order of the ids, not of the file
    assert list(sample.gt_tracks.categories) == [1]
    masks = decode_rle(sample.gt_tracks.rles[0], (48, 64))
    assert (masks[0] == SQUARE[0]).all()
    assert not masks[1:].any()


def test_ids_are_numbers_or_text(make):
    data = content()
    data['videos'][0]['id'] = '9'
    data['annotations'][0]['category_id'] = '30'
    dataset = make(data)
    assert dataset.classes == ('cube', 'ball')
    assert list(dataset[0]['data_samples'].gt_tracks.categories) == [1]


def test_frames_of_another_format(make, mevis_root):
    from PIL import Image

    data = content()
    for name in data['videos'][0]['file_names']:
        path = mevis_root / 'train/JPEGImages' / name
        Image.open(path).save(path.with_suffix('.png'))
        path.unlink()
    data['videos'][0]['file_names'] = [f'cat/{index:05d}.png' for index in range(3)]
    assert make(data)[0]['data_samples'].ori_shape == (48, 64)


def test_lists_of_runs(make):
    # As YouTube-VIS writes them: runs by columns, the first of background.
    flat = np.concatenate([[False], SQUARE[0].T.ravel(), [False]])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    runs = np.diff([0, *edges, flat.size - 2]).tolist()
    data = content()
    data['annotations'][0]['segmentations'][0] = {'size': [48, 64], 'counts': runs}
    track = make(data)[0]['data_samples'].gt_tracks.rles[0]
    assert track[0] == encode_rle(SQUARE)[0]


def test_places_of_ovis(make, mevis_root):
    data = content()
    (mevis_root / 'annotations').mkdir()
    (mevis_root / 'annotations/annotations_train.json').write_text(json.dumps(data))
    (mevis_root / 'train/cat').symlink_to(mevis_root / 'train/JPEGImages/cat')
    (mevis_root / 'train.json').unlink(missing_ok=True)
    options = dict(ann_file='annotations/annotations_{split}.json', frames_dir='{split}')
    sample = make(data, **options)[0]['data_samples']
    assert sample.ori_shape == (48, 64)


def test_a_split_without_annotations(make):
    data = content()
    del data['annotations']
    assert 'gt_tracks' not in make(data)[0]['data_samples']


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda data: data.pop('videos'), r'train\.json: .*missing required field videos'),
        (
            lambda data: data['annotations'][0].pop('video_id'),
            r'annotations\[0\]: .* field video_id',
        ),
        (
            lambda data: data['annotations'][0].pop('segmentations'),
            r'annotations\[0\]: .* field segmentations',
        ),
        (
            lambda data: data['annotations'][0].update(segmentations=[SHORT, None, None]),
            r'annotation 4, frame 0: the runs of the RLE do not add up',
        ),
        (lambda data: data['videos'].append(data['videos'][0]), r'videos: the id 9 comes twice'),
        (
            lambda data: data['videos'][0].update(file_names=['../x/0.jpg']),
            r'video 9: file_names: the name',
        ),
        (lambda data: data['annotations'][0].update(video_id=1), r'annotation 4: video 1 or'),
        (lambda data: data['annotations'][0].update(category_id=1), r'annotation 4:.*category 1'),
        (lambda data: data['annotations'][0].update(segmentations=[None]), r'1 masks.*3 frames'),
        (
            lambda data: data['annotations'][0].update(segmentations=[[[1, 2]], None, None]),
            r'annotation 4, frame 0: polygons, where',
        ),
        (lambda data: data['videos'][0]['file_names'].append('x/0.jpg'), r'video 9: file_names'),
    ],
)
def test_what_is_wrong_is_named(make, change, message):
    data = content()
    change(data)
    with pytest.raises(UserError, match=message):
        make(data)


def test_no_file(make):
    with pytest.raises(UserError, match=r'absent\.json: no such file'):
        make(content(), ann_file='absent.json')


@pytest.mark.slow
def test_the_official_reader_reads_the_same(tmp_path):
    from mmdet.evaluation.functional import YTVIS

    from mevis.datasets.moving_shapes import Recipe, write_split

    write_split(tmp_path, 'train', Recipe(2, 0, 48, 64, 12), 1, lambda done: None, True)
    ours = DATASETS.build(
        dict(
            type='YouTubeVISDataset',
            data_root=str(tmp_path),
            split='train',
            ann_file='{split}/instances.json',
            frame_sampler={'type': 'AllFramesSampler'},
            pipeline=[{'type': 'LoadClipFrames'}, {'type': 'PackRefVidSegInputs'}],
            test_mode=True,
        )
    )
    official = YTVIS(str(tmp_path / 'train/instances.json'))
    assert len(ours) == len(official.vids) == 2
    for index, video_id in enumerate(official.vids):
        tracks = ours[index]['data_samples'].gt_tracks
        annotations = official.loadAnns(official.getAnnIds(vidIds=[video_id]))
        assert len(tracks) == len(annotations) > 1
        for label, mask, entry in zip(
            tracks.categories, tracks.decode(range(12)), annotations, strict=True
        ):
            assert ours.classes[label] == official.cats[entry['category_id']]['name']
            for frame, segment in enumerate(entry['segmentations']):
                expected = segment and official.annToMask(entry, frame)
                assert (mask[frame].numpy() == (0 if segment is None else expected)).all()
