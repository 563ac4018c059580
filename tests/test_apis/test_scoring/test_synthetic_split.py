import pytest
from mmengine.config import Config

from mevis.apis.scoring.synthetic_split import use_synthetic_videos
from mevis.errors import UserError


def test_made_videos_are_read_by_the_test_pipeline_of_the_config(tmp_path, repo_root):
    import mevis.datasets  # noqa: F401 - registers what the config names
    from mevis.registry import DATASETS

    cfg = Config.fromfile(str(repo_root / 'configs/mutr_tiny_moving_shapes.py'))
    cfg.test_dataloader.dataset.instance_masks_dir = 'of/other/videos'
    use_synthetic_videos(cfg, 2, tmp_path)
    items = DATASETS.build(cfg.test_dataloader.dataset)
    assert len(items) == 2
    assert min(items[0]['inputs'].shape[-2:]) == 96
    assert items[0]['data_samples'].expressions


def test_what_cannot_be_made_is_refused(tmp_path):
    with pytest.raises(UserError, match='no test_dataloader'):
        use_synthetic_videos(Config(dict(model=dict())), 2, tmp_path)
    cfg = Config(dict(test_dataloader=dict(dataset=dict())))
    with pytest.raises(UserError, match='num_videos=0'):
        use_synthetic_videos(cfg, 0, tmp_path)
