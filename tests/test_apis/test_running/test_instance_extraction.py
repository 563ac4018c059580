"""What an extraction is of, and what it says at its end."""

import pytest
from mmengine.config import Config

from mevis.apis.running.instance_extraction import ExtractionSummary, prepare_extraction
from mevis.errors import UserError
from mevis.structures import InstanceMasks
from mevis.structures.instance_folder import InstanceFolder


def config() -> Config:
    dataset = dict(type='MeViSDataset', data_root='data', split='valid', skip_videos=['x'])
    return Config(dict(model=dict(type='DVIS'), test_dataloader=dict(dataset=dataset)))


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / 'weights.pth'
    path.write_bytes(b'weights')
    return path


def test_done_videos_are_left_out(tmp_path, weights):
    out = tmp_path / 'out'
    cfg = config()
    assert prepare_extraction(cfg, weights, out, 5, 'train') == 0
    (writer,) = cfg.test_evaluator
    assert writer['made_of']['split'] == cfg.test_dataloader.dataset.split == 'train'
    none = InstanceMasks([], [], [], (2, 2))
    InstanceFolder(out, writer['made_of']).write('bird', ['0'], none)
    again = config()
    again.test_dataloader.dataset.data_root = 'elsewhere'
    assert prepare_extraction(again, weights, out, 5, 'train') == 1
    assert again.test_dataloader.dataset.skip_videos == ['x', 'bird']


def test_what_changes_tracks_is_another_folder(tmp_path, weights):
    cfg = config()
    prepare_extraction(cfg, weights, tmp_path / 'out', 5, None)
    none = InstanceMasks([], [], [], (2, 2))
    InstanceFolder(tmp_path / 'out', cfg.test_evaluator[0]['made_of']).write('bird', ['0'], none)
    with pytest.raises(UserError, match=r'bird\.json: made of another top_k \(5 and 6\)'):
        prepare_extraction(config(), weights, tmp_path / 'out', 6, None)
    changed = config()
    changed.model.num_instances = 20
    with pytest.raises(UserError, match=r'bird\.json: made of another config'):
        prepare_extraction(changed, weights, tmp_path / 'out', 5, None)


def test_bad_input(tmp_path, weights):
    with pytest.raises(UserError, match='--top-k -1'):
        prepare_extraction(config(), weights, tmp_path, -1, None)
    with pytest.raises(FileNotFoundError):
        prepare_extraction(config(), tmp_path / 'absent.pth', tmp_path, 1, None)


def test_summary():
    text = str(ExtractionSummary(4, 50, (0, 2.5, 5), 10.0, 2, 3))
    assert text == (
        '4 videos (3 were done already), 50 frames; tracks per video: 2.5 on average, 0 to 5;'
        ' 0.2000 s per frame (10.0 s, processes: 2)'
    )
    assert str(ExtractionSummary(0, 0, None, 0.1, 1, 7)).startswith('nothing left to do: 7')
