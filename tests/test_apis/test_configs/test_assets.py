"""What a config needs from disk."""

from pathlib import Path

import pytest
from mmengine.config import Config

from mevis.apis.configs.assets import find_assets
from mevis.apis.configs.loading import load_config
from mevis.testing.tiny_mevis import write_tiny_mevis
from mevis.testing.tiny_refcoco import write_tiny_refcoco

ROOT = Path(__file__).resolve().parents[3]


def paths(cfg):
    return {asset.path: asset for asset in find_assets(cfg)}


def test_the_full_system_names_all_it_needs():
    found = paths(load_config(ROOT / 'configs/mutr_swinl_global_inst_hqsam.py'))
    assert {
        'data/mevis/train/meta_expressions.json',
        'data/mevis/train/mask_dict.json',
        'data/mevis/train/JPEGImages',
        'data/mevis/valid_u/mask_dict.json',
        'data/mevis/instances/train',
        'data/mevis/instances/valid_u',
        'data/weights/sam_hq_vit_l.pth',
        'roberta-base',
    } <= set(found)
    assert '--split valid_u' in found['data/mevis/instances/valid_u'].source
    assert 'sam-hq' in found['data/weights/sam_hq_vit_l.pth'].source


def test_present_and_missing_follow_the_disk(tmp_path):
    write_tiny_mevis(tmp_path, 'train')
    dataset = dict(type='MeViSDataset', data_root=str(tmp_path), split='train')
    cfg = Config(dict(train_dataloader=dict(dataset=dataset)))
    assert len(find_assets(cfg)) == 3
    assert all(asset.present for asset in find_assets(cfg))
    (tmp_path / 'train/mask_dict.json').unlink()
    assert [Path(a.path).name for a in find_assets(cfg) if not a.present] == ['mask_dict.json']


def test_the_joint_training_names_four_datasets(tmp_path):
    found = paths(load_config(ROOT / 'configs/mutr_r50_joint.py'))
    assert {
        'data/coco/refcoco/refs(unc).p',
        'data/coco/refcoco+/instances.json',
        'data/coco/refcocog/refs(umd).p',
        'data/coco/train2014',
        'data/ref-youtube-vos/train/Annotations',
        'data/ref-davis/davis_text_annotations',
        'data/weights/resnet50.pth',
    } <= set(found)
    assert 'refer' in found['data/coco/refcocog/refs(umd).p'].source
    write_tiny_refcoco(tmp_path, form='converted')
    dataset = dict(type='RefCOCODataset', data_root=str(tmp_path), split='val', name='refcoco')
    found = find_assets(Config(dict(test_dataloader=dict(dataset=dataset))))
    assert [Path(asset.path).name for asset in found] == [
        'instances_refcoco_val.json',
        'train2014',
    ]
    assert all(asset.present for asset in found)


def test_annotated_frames():
    found = paths(load_config(ROOT / 'configs/mutr_r50_jhmdb.py'))
    assert {
        'data/a2d_sentences/a2d_sentences_single_frame_train_annotations.json',
        'data/a2d_sentences/a2d_sentences_single_frame_test_annotations.json',
        'data/a2d_sentences/Release/clips320H',
        'data/a2d_sentences/text_annotations/a2d_annotation_with_instances',
        'data/jhmdb_sentences/jhmdb_sentences_samples_metadata.json',
        'data/jhmdb_sentences/Rename_Images',
        'data/jhmdb_sentences/puppet_mask',
    } <= set(found)
    assert 'JHMDB' in found['data/jhmdb_sentences/puppet_mask'].source


def test_splits_without_ground_truth_need_no_masks():
    dataset = dict(type='MeViSDataset', data_root='data/mevis', split='valid')
    found = paths(Config(dict(test_dataloader=dict(dataset=dataset))))
    assert set(found) == {'data/mevis/valid/meta_expressions.json', 'data/mevis/valid/JPEGImages'}


def test_an_override_moves_a_file(tmp_path):
    config = ROOT / 'configs/mutr_swinl_local_hqsam.py'
    weights = tmp_path / 'sam.pth'
    weights.touch()
    found = paths(load_config(config, {'model.refiner.checkpoint': str(weights)}))
    assert found[str(weights)].present
    assert 'data/weights/sam_hq_vit_l.pth' not in found


@pytest.mark.parametrize(
    'path', sorted((ROOT / 'configs').glob('*.py')), ids=lambda path: path.stem
)
def test_every_config_can_be_asked(path):
    for asset in find_assets(load_config(path)):
        assert asset.path
        assert asset.source
        assert '{' not in asset.path
