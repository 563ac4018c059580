"""The data parts of the shipped configs build and give items."""

import json
from pathlib import Path

import pytest
from mmengine.config import Config

from mevis.registry import DATASETS


@pytest.mark.parametrize('name', ['mevis', 'mevis_v2', 'moving_shapes'])
def test_mevis_format(repo_root: Path, mevis_root: Path, name: str):
    config = Config.fromfile(repo_root / f'configs/_base_/datasets/{name}.py')
    if name == 'mevis_v2':
        train = mevis_root / 'train'
        (train / 'meta_expressions.json').rename(train / 'meta_expressions_v2.json')
    (mevis_root / 'valid_u').symlink_to(mevis_root / 'train')
    for part in ('train', 'val', 'test'):
        dataset = config[f'{part}_dataloader'].dataset
        dataset.data_root = str(mevis_root)
        built = DATASETS.build(dataset)
        item = built[0]
        assert item['inputs'].shape[1] == 3
        assert built.test_mode == (part != 'train')
        assert ('gt_masks' in item['data_samples']) == (part == 'train')
        assert max(item['data_samples'].img_shape) <= 640


def test_ref_youtube_vos_names_what_is_registered(repo_root: Path):
    config = Config.fromfile(repo_root / 'configs/_base_/datasets/ref_youtube_vos.py')
    for part in ('train', 'val', 'test'):
        assert DATASETS.get(config[f'{part}_dataloader'].dataset.type) is not None


@pytest.fixture
def instances_root(mevis_root: Path) -> Path:
    """The tiny MeViS with an object of YouTube-VIS in each split, by both layouts."""
    masks = json.loads((mevis_root / 'train/mask_dict.json').read_text())['2']
    (mevis_root / 'valid_u').symlink_to(mevis_root / 'train')
    content = {
        'videos': [{'id': 1, 'file_names': [f'cat/{index:05d}.jpg' for index in range(3)]}],
        'categories': [{'id': 1, 'name': 'square'}],
        'annotations': [{'id': 1, 'video_id': 1, 'category_id': 1, 'segmentations': masks}],
    }
    for split in ('train', 'valid', 'valid_u'):
        for path in (mevis_root / f'{split}.json', mevis_root / split / 'instances.json'):
            path.write_text(json.dumps(content))
    return mevis_root


@pytest.mark.parametrize(
    'name', ['youtube_vis', 'youtube_vis_480p', 'moving_shapes_instances', 'mevis_instances']
)
def test_instances(repo_root: Path, instances_root: Path, name: str):
    config = Config.fromfile(repo_root / f'configs/_base_/datasets/{name}.py')
    for part in ('train', 'val', 'test'):
        loader = config[f'{part}_dataloader']
        if loader is None:  # no masks to validate with
            assert config[f'{part}_cfg'] is config[f'{part}_evaluator'] is None
            continue
        loader.dataset.data_root = str(instances_root)
        sample = DATASETS.build(loader.dataset)[0]['data_samples']
        if part == 'train':
            assert sample.gt_instances.masks.shape[1] == 1
            assert sample.gt_instances.present.all()
        else:
            assert len(sample.gt_tracks) >= 1
            assert len(sample.frame_names) in (3, 6)
