"""Clips are drawn as the training pipeline leaves them."""

from pathlib import Path

import av
import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image

from mevis.apis.drawing.clips import draw_clips, training_set
from mevis.errors import UserError
from mevis.structures import decode_rle
from mevis.testing.tiny_mevis import write_tiny_mevis


def make_config(root: Path, *transforms: dict) -> Config:
    return Config(
        dict(
            train_dataloader=dict(
                dataset=dict(
                    type='MeViSDataset',
                    data_root=str(root),
                    split='train',
                    frame_sampler=dict(type='GlobalFrameSampler', num_frames=3),
                    pipeline=[
                        dict(type='LoadClipFrames'),
                        dict(type='LoadClipMasks'),
                        *transforms,
                        dict(type='PackRefVidSegInputs'),
                    ],
                )
            )
        )
    )


@pytest.fixture
def root(tmp_path) -> Path:
    write_tiny_mevis(tmp_path / 'data')
    return tmp_path / 'data'


def test_augmented_clips_are_shown_with_the_sentence_that_belongs_to_them(root):
    flipped = dict(type='RandomFlipClip', prob=1.0)
    [plain], [mirrored] = (
        draw_clips(training_set(make_config(root, *transforms)), 1)
        for transforms in ([], [flipped])
    )
    assert plain.caption == 'bird: The square moving left'
    assert mirrored.caption == 'bird (mirrored): The square moving right'
    assert np.array_equal(plain.frames[:, :, ::-1], mirrored.frames)
    masks = [decode_rle(clip.rles, (48, 64)) for clip in (plain, mirrored)]
    assert masks[0].any()
    assert np.array_equal(masks[0][:, :, ::-1], masks[1])


def test_a_clip_becomes_a_sheet_and_a_film(root, tmp_path):
    resized = dict(type='ResizeClip', short_side=33)
    dataset = training_set(make_config(root, resized))
    clips = draw_clips(dataset, 3)
    assert len(clips) == 3
    assert clips[0].frames.shape[:3] == (3, 33, 44)
    assert clips[0].sheet().shape[1] > 3 * 200
    clips[0].film(tmp_path / 'clip.mp4')
    with av.open(str(tmp_path / 'clip.mp4')) as film:
        assert len(list(film.decode(video=0))) == 3


def test_the_same_clips_are_drawn_each_time(root):
    config = make_config(root, dict(type='PhotometricDistortClip'))
    one, other = (draw_clips(training_set(config), 2) for _ in range(2))
    assert all(np.array_equal(a.frames, b.frames) for a, b in zip(one, other, strict=True))


def test_a_config_without_training_is_refused():
    with pytest.raises(UserError, match='no train_dataloader'):
        training_set(Config({}))


def test_the_tool_takes_a_config(root, tmp_path, repo_root, monkeypatch, capsys):
    import runpy
    import sys

    make_config(root).dump(tmp_path / 'config.py')
    tool = str(repo_root / 'tools/analysis/browse_dataset.py')
    args = [str(tmp_path / 'config.py'), '--videos', '2', '--out', str(tmp_path / 'out')]
    monkeypatch.setattr(sys, 'argv', [tool, *args])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(tool, run_name='__main__')
    assert ended.value.code == 0
    names = ['clip_000.mp4', 'clip_001.mp4', 'sheet.png']
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / 'out' / n) for n in names]
    assert Image.open(tmp_path / 'out/sheet.png').height > 2 * 180
