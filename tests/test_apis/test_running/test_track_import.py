"""Tracks of other programs and of the annotations, for a split."""

import json

import pytest
from mmengine.config import Config

from mevis.apis.running.track_import import import_annotations, import_results
from mevis.datasets import MeViSInstanceDataset
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures.instance_file import read_instance_file
from mevis.testing.tiny_mevis import write_tiny_mevis


@pytest.fixture
def root(tmp_path):
    write_tiny_mevis(tmp_path)
    write_tiny_mevis(tmp_path, 'valid', truth=False)
    return tmp_path


def config(root, **changes) -> Config:
    dataset = dict(
        type='MeViSInstanceDataset',
        data_root=str(root),
        split='train',
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=[dict(type='LoadClipFrames')],
        **changes,
    )
    return Config(dict(test_dataloader=dict(dataset=dataset)))


def bird_track(root) -> list:
    return json.loads((root / 'train/mask_dict.json').read_text())['1']


def write_results(root, *entries) -> str:
    path = root / 'results.json'
    default = {'video_id': 0, 'category_id': 1, 'score': 0.5, 'segmentations': bird_track(root)}
    path.write_text(json.dumps([default | entry for entry in entries]))
    return str(path)


def test_annotations_come_back(root):
    summary = import_annotations(config(root), root / 'out')
    assert '2 videos (0 were done already), 9 frames' in str(summary)
    file = read_instance_file(root / 'out/bird.json')
    assert (file.video, len(file.frame_names)) == ('bird', 6)
    tracks = file.instances
    assert (list(tracks.ids), list(tracks.scores)) == ([0, 1], [1.0, 1.0])
    assert tracks.rles[1] == bird_track(root)
    assert None in tracks.rles[1]
    assert 'nothing left to do: 2 videos' in str(import_annotations(config(root), root / 'out'))
    (root / 'out/cat.json').unlink()
    assert '1 videos (1 were' in str(import_annotations(config(root), root / 'out'))
    with pytest.raises(UserError, match=r'made of another top_k \(all and 1\)'):
        import_annotations(config(root), root / 'out', top_k=1)
    import_annotations(config(root), root / 'one', top_k=1)
    assert list(read_instance_file(root / 'one/bird.json').instances.ids) == [0]


def test_other_annotations_are_another_folder(root):
    import_annotations(config(root), root / 'out')
    masks = json.loads((root / 'train/mask_dict.json').read_text())
    masks['1'][0] = None
    (root / 'train/mask_dict.json').write_text(json.dumps(masks))
    with pytest.raises(UserError, match='made of another annotations'):
        import_annotations(config(root), root / 'out')


def test_without_annotated_objects(root):
    with pytest.raises(UserError, match="split 'valid' has no annotated objects"):
        import_annotations(config(root), root / 'out', split='valid')
    cfg = config(root)
    cfg.test_dataloader.dataset.type = 'MeViSDataset'
    with pytest.raises(UserError, match='type=MeViSInstanceDataset'):
        import_annotations(cfg, root / 'out')


@pytest.mark.parametrize('video', [0, '0', 'bird'])
def test_results_by_id_and_by_name(root, video, capfd):
    results = write_results(root, {'video_id': video}, {'video_id': video, 'score': 0.75})
    summary = import_results(config(root), results, root / 'out', top_k=1)
    assert summary.tracks == (0, 0.5, 1)
    bird = read_instance_file(root / 'out/bird.json').instances
    assert (list(bird.scores), list(bird.ids)) == ([0.75], [1])
    assert bird.rles[0] == bird_track(root)
    assert len(read_instance_file(root / 'out/cat.json').instances) == 0


def test_a_data_set_takes_what_was_imported(root):
    import_results(config(root), write_results(root, {}), root / 'out', top_k=10)
    cfg = config(root).test_dataloader.dataset
    cfg.type = 'MeViSDataset'
    cfg.instance_masks_dir = str(root / 'out')
    cfg.pipeline = [dict(type=f'{name}') for name in ('LoadClipFrames', 'LoadInstanceMasks')]
    dataset = DATASETS.build(cfg)
    assert dataset[0]['instances'].rles[0] == bird_track(root)


def test_some_videos_of_the_split(root):
    results = write_results(root, {}, {'video_id': 1, 'segmentations': [None] * 3})
    assert import_results(config(root, videos=['cat']), results, root / 'out', 10).videos == 1


def test_youtube_vis_ids(root):
    entry = {'id': 7, 'file_names': [f'bird/{t:05d}.jpg' for t in range(6)]}
    content = {'videos': [entry], 'categories': [{'id': 1, 'name': 'x'}], 'annotations': []}
    (root / 'train.json').write_text(json.dumps(content))
    cfg = config(root)
    cfg.test_dataloader.dataset.type = 'YouTubeVISDataset'
    results = write_results(root, {'video_id': 7})
    assert import_results(cfg, results, root / 'out', 10).tracks == (1, 1, 1)


@pytest.mark.parametrize(
    ('entry', 'message'),
    [
        ({'video_id': 5}, r"video_id 5 is neither name nor id of a video of split 'train'"),
        ({'video_id': 1}, r'entry 1 \(video 1\): 6 masks, but the video has 3 frames'),
        ({'segmentations': [{'size': [9, 9], 'counts': 'Q2'}] * 6}, r'\(9, 9\).*\(48, 64\)'),
    ],
)
def test_results_of_something_else(root, entry, message):
    results = write_results(root, {}, entry)
    with pytest.raises(UserError, match=rf'results\.json.*{message}'):
        import_results(config(root), results, root / 'out', 10)


def test_every_instance_data_set_says_where_its_objects_are(root):
    dataset = DATASETS.build(config(root).test_dataloader.dataset)
    assert isinstance(dataset, MeViSInstanceDataset)
    assert all(path.is_file() for path in dataset.annotation_files)
    assert len(dataset.annotation_files) == 2
