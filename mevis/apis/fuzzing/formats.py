"""The formats that come from outside: sound samples, their reader, and what must hold behind it."""

import argparse
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from PIL import Image

from mevis.apis.configs.loading import load_config
from mevis.apis.configs.options import ConfigOptions
from mevis.apis.configs.overrides import apply_overrides
from mevis.apis.configs.values import check_values
from mevis.apis.fuzzing.mutation import Mutate, mutate_bytes, mutate_json, mutate_lines, of_files
from mevis.boundary.names import path_below
from mevis.boundary.pictures import max_pixels, read_all_rgb, read_rgb
from mevis.checkpoints.loading import read_checkpoint
from mevis.datasets.video_record import make_record, read_meta_expressions
from mevis.datasets.youtube_vis import YouTubeVISDataset
from mevis.errors import UserError
from mevis.evaluation.prediction_store import PredictionStore
from mevis.evaluation.submission import VideoLayout, check_archive
from mevis.structures import InstanceMasks, decode_rle, encode_rle
from mevis.structures.mask_store import MaskStore
from mevis.track_sources.files import read_instance_masks

SIZE = (12, 16)
"""(H, W) of the pictures of all samples."""

_FRAMES = ('00000', '00001', '00002')
_LARGEST_DECODED = 1_000_000


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        file: Where in a folder its file goes.
        samples: Makes sound files.
        mutate: Damages one.
        read: Reads the file in a folder and looks at what came of it.  Raises UserError for what it
            refuses, AssertionError for a result that broken input should not have.
        beside: Other files of the folder.
    """

    file: str
    samples: Callable[[], list[bytes]]
    mutate: Mutate
    read: Callable[[Path], Any]
    beside: dict[str, bytes] = field(default_factory=dict)


def _masks(count: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((count, *SIZE)) < 0.5


def _meta() -> dict[str, Any]:
    sentence = {'exp': 'the bird that flies away', 'obj_id': [0], 'anno_id': [7], 'tags': ['left']}
    bird = {'expressions': {'0': sentence, '1': {'exp': 'both'}}, 'vid_id': 3, 'frames': _FRAMES}
    return {'videos': {'bird': bird, 'a/cat': {'expressions': {}, 'frames': [1, 2, 10]}}}


def _read_annotations(folder: Path) -> None:
    path = folder / 'meta_expressions.json'
    for name, video in read_meta_expressions(path).items():
        record = make_record(path, name, video, has_truth=True)
        assert len(record.frame_names) == len(set(record.frame_names))
        for frame in record.frame_names:
            target = path_below(folder / 'out', f'{record.name}/{frame}', '.png')
            assert folder in target.resolve().parents


def _mask_dict() -> list[bytes]:
    track = [*encode_rle(_masks()), None]
    runs = {'size': [2, 3], 'counts': [1, 2, 3]}
    return [json.dumps({'7': track, '8': [None, runs]}).encode(), b'{"0": []}']


def _read_masks(folder: Path) -> None:
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


def _tracks() -> list[bytes]:
    rles = [encode_rle(_masks()), [None, *encode_rle(_masks(2, 1))]]
    made_of = {'model': 'x'}
    masks = InstanceMasks(rles, [0.9, 0.4], [0, -1], SIZE, ids=[3, 'b'])
    content = {'made_of': made_of, 'video': 'bird', 'frames': _FRAMES, **masks.to_dict()}
    return [(json.dumps(content) + '\n').encode()]


def _read_tracks(folder: Path) -> None:
    (path,) = folder.glob('tracks.*')
    masks = read_instance_masks(path, SIZE)
    lengths = {len(track) for track in masks.rles}
    assert len(lengths) <= 1
    assert len(masks.scores) == len(masks.categories) == len(masks.rles)
    assert all(np.isfinite(masks.scores))
    for track in masks.rles:
        _check_track(track)


def _results() -> list[bytes]:
    entry = {'video_id': 1, 'category_id': 2, 'score': 0.5}
    polygons = [[[1, 1, 9, 1, 9, 9]], None, [[2.5, 2.5, 8, 2, 8, 8, 2, 8]]]
    tracks = [{**entry, 'segmentations': encode_rle(_masks())}]
    tracks.append({**entry, 'score': 1, 'segmentations': polygons})
    return [json.dumps(tracks).encode()]


def _youtube_vis() -> list[bytes]:
    names = [f'bird/{name}.jpg' for name in _FRAMES]
    annotation = {'id': 1, 'video_id': 1, 'category_id': 4, 'segmentations': encode_rle(_masks())}
    content = {
        'videos': [{'id': 1, 'file_names': names, 'height': SIZE[0], 'width': SIZE[1]}],
        'categories': [{'id': 4, 'name': 'bird'}, {'id': 2, 'name': 'cat'}],
        'annotations': [{**annotation, 'iscrowd': 0, 'areas': [1, None, 2]}],
    }
    return [json.dumps(content).encode()]


def _read_youtube_vis(folder: Path) -> None:
    dataset = YouTubeVISDataset(
        str(folder), 'train', dict(type='AllFramesSampler'), [], test_mode=True
    )
    for record in dataset.load_records():
        for track in dataset.read_tracks(record, range(len(record.frame_names))) or ():
            _check_track(track.rles)


def _mot() -> list[bytes]:
    lines = [f'{frame},{track},{frame},2,5,6,0.9' for frame in (1, 2, 3) for track in (1, 4)]
    return ['\n'.join(lines).encode(), '\n'.join(line.replace(',', ' ') for line in lines).encode()]


def _predictions() -> list[bytes]:
    answer = {'text': 'x', 'score': 0.5, 'presence': 1.0, 'rles': encode_rle(_masks())}
    content = {'frames': _FRAMES, 'expressions': {'0': answer, '1': answer}, 'record': {'J': 1}}
    return [json.dumps(content).encode()]


def _read_predictions(folder: Path) -> None:
    store = PredictionStore(folder, {'model': 'x'})
    for video in store.videos_done():
        found = store.read(video)
        for answer in found.answers.values():
            assert len(answer.rles) == len(found.frame_names)
            _check_track(answer.rles)


_LAYOUT = [VideoLayout('bird', ('0', '1'), _FRAMES[:2], SIZE), VideoLayout('cat', ('0',), ('0',))]


def _archive() -> list[bytes]:
    files = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, 'w', method) as file:
            for video in _LAYOUT:
                for name in video.entries():
                    picture = io.BytesIO()
                    Image.fromarray(_masks(1)[0].astype(np.uint8) * 255).save(picture, 'PNG')
                    file.writestr(name, picture.getvalue())
        files.append(stream.getvalue())
    return files


def _read_archive(folder: Path) -> None:
    path = folder / 'answers.zip'
    problems = check_archive(path, _LAYOUT)
    if problems:
        raise UserError(str(problems[0]))
    with zipfile.ZipFile(path) as found, zipfile.ZipFile(io.BytesIO(_archive()[0])) as sound:
        for video in _LAYOUT:
            assert all(found.read(name) == sound.read(name) for name in video.entries())


def _state() -> dict[str, torch.Tensor]:
    return {'a.weight': torch.arange(12.0).reshape(3, 4), 'n': torch.tensor(3)}


def _saved(legacy: bool) -> bytes:
    stream = io.BytesIO()
    content = {'state_dict': _state(), 'meta': {'iter': 3}}
    torch.save(content, stream, _use_new_zipfile_serialization=not legacy)
    return stream.getvalue()


def _checkpoints() -> list[bytes]:
    from safetensors.torch import save

    arrays = {'model': {key: value.numpy() for key, value in _state().items()}}
    pickles = [pickle.dumps(arrays, protocol) for protocol in (2, 4, 5)]
    return [_saved(False), _saved(False), _saved(True), save(_state()), *pickles]


def _read_weights(folder: Path) -> None:
    path = folder / 'weights.pth'
    state = read_checkpoint(path)['state_dict']
    assert all(isinstance(value, torch.Tensor) for value in state.values())
    if path.read_bytes().startswith(b'PK'):
        # Its sums say whether it is what was saved.
        assert all(torch.equal(state[key], value) for key, value in _state().items())


def _pictures() -> list[bytes]:
    frames = [Image.fromarray(np.full((*SIZE, 3), 40 * i, np.uint8)) for i in range(3)]
    files = []
    for kind, options in (
        *(('PNG', {}), ('JPEG', {}), ('BMP', {}), ('PPM', {}), ('WEBP', {'lossless': True})),
        *((name, {'save_all': True, 'append_images': frames[1:]}) for name in ('GIF', 'TIFF')),
        ('PNG', {'save_all': True, 'append_images': frames[1:], 'duration': 50}),
    ):
        stream = io.BytesIO()
        frames[0].save(stream, kind, **options)
        files.append(stream.getvalue())
    stream = io.BytesIO()
    Image.fromarray(np.arange(192, dtype=np.uint16).reshape(SIZE) * 300).save(stream, 'PNG')
    return [*files, stream.getvalue()]


def _read_picture(folder: Path) -> None:
    path = folder / 'picture.png'
    for frame in (read_rgb(path, upright=True), *(rgb for rgb, _ in read_all_rgb(path))):
        assert frame.dtype == np.uint8
        assert frame.ndim == 3
        assert frame.shape[2] == 3


_CONFIG = {
    'default_scope': 'mevis',
    'model': {
        'type': 'MUTR',
        'embed_dims': 64,
        'num_heads': 4,
        'backbone': {'type': 'MotionConvBackbone', 'temporal_stages': [0, 1]},
    },
    'train_dataloader': {
        'batch_size': 2,
        'num_workers': 0,
        'dataset': {'type': 'MeViSDataset', 'data_root': 'data', 'split': 'x', 'pipeline': []},
    },
    'train_cfg': {'type': 'IterBasedTrainLoop', 'max_iters': 5},
    'optim_wrapper': {'optimizer': {'type': 'AdamW', 'lr': 0.1, 'betas': [0.9, 0.99]}},
    'param_scheduler': [{'type': 'LinearLR', 'begin': 0, 'end': 5}],
}


def _yaml() -> list[bytes]:
    import yaml

    anchored = 'a: &a [1, 2]\nb: &b [*a, *a]\nmodel:\n  type: MUTR\n  embed_dims: 64\nc: *b\n'
    return [yaml.safe_dump(_CONFIG).encode(), anchored.encode()]


def _read_config(folder: Path) -> None:
    (path,) = folder.glob('config.*')
    check_values(load_config(path))


def _options() -> list[bytes]:
    return [
        line.encode()
        for line in (
            'model.num_heads=3',
            'optim_wrapper.optimizer.betas=(0.9,0.999)',
            'train_dataloader.dataset.pipeline=[]',
            'param_scheduler.0.end=[1,(2,3)]\nmodel.embed_dims=8',
            'model.backbone.type=TimmBackbone\nmodel.backbone._delete_=True',
        )
    ]


@cache
def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=ConfigOptions, default={})
    return parser


def _read_options(folder: Path) -> None:
    text = (folder / 'options.txt').read_bytes().decode('utf-8', 'surrogateescape')
    pairs = [pair for pair in text.split('\n') if not pair.startswith('-')] or ['']
    options = _parser().parse_args(['--cfg-options', *pairs]).cfg_options
    check_values(apply_overrides(Config(json.loads(json.dumps(_CONFIG))), options))


_JSON, _BYTES = of_files(mutate_json), of_files(mutate_bytes)
FORMATS = {
    'annotations': Format(
        'meta_expressions.json', lambda: [json.dumps(_meta()).encode()], _JSON, _read_annotations
    ),
    'masks': Format('mask_dict.json', _mask_dict, _JSON, _read_masks),
    'tracks': Format('tracks.json', _tracks, _JSON, _read_tracks),
    'youtube_vis': Format('train.json', _youtube_vis, _JSON, _read_youtube_vis),
    'results': Format('tracks.json', _results, _JSON, _read_tracks),
    'mot': Format('tracks.txt', _mot, of_files(mutate_lines), _read_tracks),
    'predictions': Format(
        'videos/bird.json',
        _predictions,
        _JSON,
        _read_predictions,
        {'made_of.json': b'{"model": "x"}'},
    ),
    'archive': Format('answers.zip', _archive, _BYTES, _read_archive),
    'checkpoint': Format('weights.pth', _checkpoints, _BYTES, _read_weights),
    'picture': Format('picture.png', _pictures, _BYTES, _read_picture),
    'config_json': Format(
        'config.json', lambda: [json.dumps(_CONFIG).encode()], _JSON, _read_config
    ),
    'config_yaml': Format('config.yaml', _yaml, of_files(mutate_lines), _read_config),
    'options': Format('options.txt', _options, of_files(mutate_lines), _read_options),
}
"""Name -> format."""
