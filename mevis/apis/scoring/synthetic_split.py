"""Videos made for a measurement, in the place of the test data of a config."""

from pathlib import Path

from mmengine.config import Config

from mevis.errors import UserError


def use_synthetic_videos(cfg: Config, count: int, root: str | Path, seed: int = 1) -> None:
    """Makes videos of MovingShapes and lets the test pipeline of a config read them.

    Args:
        cfg: The config; its test dataset is replaced in place.
        count: How many videos.
        root: Folder to write.
        seed: Of the videos.

    Raises:
        UserError: If ``count`` is not positive or the config has no test pipeline.
    """
    from mevis.datasets.moving_shapes import Recipe, write_split

    if not cfg.get('test_dataloader'):
        raise UserError(f'{cfg.filename}: no test_dataloader, so no pipeline to read videos with.')
    write_split(root, 'valid_u', Recipe(count, seed=seed))
    dataset = cfg.test_dataloader.dataset
    # Other arguments, such as folders of instance masks, are about the data of the config.
    cfg.test_dataloader.dataset = dict(
        type='MeViSDataset',
        data_root=str(root),
        split='valid_u',
        test_mode=True,
        frame_sampler=dataset.frame_sampler,
        pipeline=dataset.pipeline,
    )
