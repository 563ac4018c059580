"""The data parts of the shipped configs build and give items."""

from pathlib import Path

import pytest
from mmengine.config import Config

from mevis.registry import DATASETS


@pytest.mark.parametrize('name', ['mevis', 'moving_shapes'])
def test_mevis_format(repo_root: Path, mevis_root: Path, name: str):
    config = Config.fromfile(repo_root / f'configs/_base_/datasets/{name}.py')
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
