"""Reads a damaged file as the tools do, and looks at what came of it.

UserError: refused.  AssertionError: a result that broken input should not have.
"""

import argparse
import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config

from mevis.apis.configs.loading import load_config
from mevis.apis.configs.options import add_cfg_options
from mevis.apis.configs.overrides import apply_overrides
from mevis.apis.configs.values import check_values
from mevis.apis.fuzzing import samples
from mevis.apis.inference.video_source import open_video
from mevis.boundary.names import path_below
from mevis.boundary.pictures import max_pixels, read_all_rgb, read_rgb
from mevis.checkpoints.loading import read_checkpoint
from mevis.datasets.video_record import make_record, read_meta_expressions
from mevis.datasets.youtube_vis import YouTubeVISDataset
from mevis.errors import UserError
from mevis.evaluation.prediction_store import PredictionStore
from mevis.evaluation.submission import check_archive
from mevis.structures import decode_rle
from mevis.structures.mask_store import MaskStore
from mevis.track_sources.files import read_instance_masks

_LARGEST_DECODED = 1_000_000


_MOST_FRAMES = 50


def read_annotations(folder: Path) -> None:
    """A split in MeViS format."""
    path = folder / 'meta_expressions.json'
    for name, video in read_meta_expressions(path).items():
        record = make_record(path, name, video, has_truth=True)
        assert len(record.frame_names) == len(set(record.frame_names))
        for frame in record.frame_names:
            target = path_below(folder / 'out', f'{record.name}/{frame}', '.png')
            assert folder in target.resolve().parents


def read_masks(folder: Path) -> None:
    """Its masks."""
    store = MaskStore.open(folder / 'mask_dict.json')
    for anno_id in store:
        _check_track(store.track(anno_id))


def _check_track(track: list[dict[str, Any] | None]) -> None:
    for rle in track:
        if rle is not None:
            height, width = rle['size']
            assert 0 < height * width <= max_pixels()
            if height * width <= _LARGEST_DECODED:
                mask = decode_rle([rle], (height, width), 'fuzzed')
                assert mask.shape == (1, height, width)
                assert mask.dtype == bool


def read_tracks(folder: Path) -> None:
    """Tracks in a file of any kind."""
    (path,) = folder.glob('tracks.*')
    masks = read_instance_masks(path, samples.SIZE)
    lengths = {len(track) for track in masks.rles}
    assert len(lengths) <= 1
    assert len(masks.scores) == len(masks.categories) == len(masks.rles)
    assert all(np.isfinite(masks.scores))
    for track in masks.rles:
        _check_track(track)


def read_youtube_vis(folder: Path) -> None:
    """A dataset of YouTube-VIS."""
    dataset = YouTubeVISDataset(
        str(folder), 'train', dict(type='AllFramesSampler'), [], test_mode=True
    )
    for record in dataset.load_records():
        for track in dataset.read_tracks(record, range(len(record.frame_names))) or ():
            _check_track(track.rles)


def read_predictions(folder: Path) -> None:
    """Stored answers."""
    store = PredictionStore(folder, {'model': 'x'})
    for video in store.videos_done():
        found = store.read(video)
        for answer in found.answers.values():
            assert len(answer.rles) == len(found.frame_names)
            _check_track(answer.rles)


def read_archive(folder: Path) -> None:
    """An archive; nothing may be wrong with it but that it is the sound one."""
    path = folder / 'answers.zip'
    problems = check_archive(path, samples.LAYOUT)
    if problems:
        raise UserError(str(problems[0]))
    with zipfile.ZipFile(path) as found, zipfile.ZipFile(io.BytesIO(samples.archive()[0])) as sound:
        for video in samples.LAYOUT:
            assert all(found.read(name) == sound.read(name) for name in video.entries())


def read_weights(folder: Path) -> None:
    """A checkpoint; what has sums of its own must be what was saved."""
    path = folder / 'weights.pth'
    state = read_checkpoint(path)['state_dict']
    assert all(isinstance(value, torch.Tensor) for value in state.values())
    if path.read_bytes().startswith(b'PK'):
        # Its sums say whether it is what was saved.
        assert all(torch.equal(state[key], value) for key, value in samples.state().items())


def read_picture(folder: Path) -> None:
    """A picture, alone and as a stack."""
    path = folder / 'picture.png'
    for frame in (read_rgb(path, upright=True), *(rgb for rgb, _ in read_all_rgb(path))):
        assert frame.dtype == np.uint8
        assert frame.ndim == 3
        assert frame.shape[2] == 3


def read_video(folder: Path) -> None:
    """The first frames of a video."""
    for frame, _ in zip(open_video(str(folder / 'clip.mp4')), range(_MOST_FRAMES), strict=False):
        assert frame.dtype == np.uint8
        assert frame.ndim == 3
        assert frame.shape[2] == 3


def read_config(folder: Path) -> None:
    """A config and its values."""
    (path,) = folder.glob('config.*')
    check_values(load_config(path))


@cache
def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_cfg_options(parser)
    return parser


def read_options(folder: Path) -> None:
    """Options of a command line, put into a config."""
    text = (folder / 'options.txt').read_bytes().decode('utf-8', 'surrogateescape')
    pairs = [pair for pair in text.split('\n') if not pair.startswith('-')] or ['']
    options = _parser().parse_args(['--cfg-options', *pairs]).cfg_options
    check_values(apply_overrides(Config(json.loads(json.dumps(samples.CONFIG))), options))
