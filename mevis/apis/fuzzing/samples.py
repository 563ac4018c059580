"""Sound files of every format, from which damaged ones are made."""

import io
import json
import pickle
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from mevis.evaluation.submission import VideoLayout
from mevis.structures import InstanceMasks, encode_rle
from mevis.testing.video_files import write_video_file

SIZE = (12, 16)
"""(H, W) of all pictures."""


FRAMES = ('00000', '00001', '00002')
"""Names of the frames of the video."""


def _masks(count: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((count, *SIZE)) < 0.5


def annotations() -> list[bytes]:
    """``meta_expressions.json``."""
    sentence = {'exp': 'the bird that flies away', 'obj_id': [0], 'anno_id': [7], 'tags': ['left']}
    bird = {'expressions': {'0': sentence, '1': {'exp': 'both'}}, 'vid_id': 3, 'frames': FRAMES}
    videos = {'bird': bird, 'a/cat': {'expressions': {}, 'frames': [1, 2, 10]}}
    return [json.dumps({'videos': videos}).encode()]


def mask_dict() -> list[bytes]:
    """``mask_dict.json``: compressed, uncompressed and absent masks."""
    track = [*encode_rle(_masks()), None]
    runs = {'size': [2, 3], 'counts': [1, 2, 3]}
    return [json.dumps({'7': track, '8': [None, runs]}).encode(), b'{"0": []}']


def tracks() -> list[bytes]:
    """What tools/extract_instance_masks.py writes."""
    rles = [encode_rle(_masks()), [None, *encode_rle(_masks(2, 1))]]
    made_of = {'model': 'x'}
    masks = InstanceMasks(rles, [0.9, 0.4], [0, -1], SIZE, ids=[3, 'b'])
    content = {'made_of': made_of, 'video': 'bird', 'frames': FRAMES, **masks.to_dict()}
    return [(json.dumps(content) + '\n').encode()]


def results() -> list[bytes]:
    """YouTube-VIS results, as RLEs and polygons."""
    entry = {'video_id': 1, 'category_id': 2, 'score': 0.5}
    polygons = [[[1, 1, 9, 1, 9, 9]], None, [[2.5, 2.5, 8, 2, 8, 8, 2, 8]]]
    tracks = [{**entry, 'segmentations': encode_rle(_masks())}]
    tracks.append({**entry, 'score': 1, 'segmentations': polygons})
    return [json.dumps(tracks).encode()]


def youtube_vis() -> list[bytes]:
    """Annotations of YouTube-VIS."""
    names = [f'bird/{name}.jpg' for name in FRAMES]
    annotation = {'id': 1, 'video_id': 1, 'category_id': 4, 'segmentations': encode_rle(_masks())}
    content = {
        'videos': [{'id': 1, 'file_names': names, 'height': SIZE[0], 'width': SIZE[1]}],
        'categories': [{'id': 4, 'name': 'bird'}, {'id': 2, 'name': 'cat'}],
        'annotations': [{**annotation, 'iscrowd': 0, 'areas': [1, None, 2]}],
    }
    return [json.dumps(content).encode()]


def mot_text() -> list[bytes]:
    """MOTChallenge text, with commas and with spaces."""
    lines = [f'{frame},{track},{frame},2,5,6,0.9' for frame in (1, 2, 3) for track in (1, 4)]
    return ['\n'.join(lines).encode(), '\n'.join(line.replace(',', ' ') for line in lines).encode()]


def predictions() -> list[bytes]:
    """Answers as tools/test.py keeps them."""
    answer = {'text': 'x', 'score': 0.5, 'presence': 1.0, 'rles': encode_rle(_masks())}
    content = {'frames': FRAMES, 'expressions': {'0': answer, '1': answer}, 'record': {'J': 1}}
    return [json.dumps(content).encode()]


LAYOUT = [VideoLayout('bird', ('0', '1'), FRAMES[:2], SIZE), VideoLayout('cat', ('0',), ('0',))]


def archive() -> list[bytes]:
    """Archives for the server, packed by each method."""
    files = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, 'w', method) as file:
            for video in LAYOUT:
                for name in video.entries():
                    picture = io.BytesIO()
                    Image.fromarray(_masks(1)[0].astype(np.uint8) * 255).save(picture, 'PNG')
                    file.writestr(name, picture.getvalue())
        files.append(stream.getvalue())
    return files


def state() -> dict[str, torch.Tensor]:
    """The weights of all checkpoints."""
    return {'a.weight': torch.arange(12.0).reshape(3, 4), 'n': torch.tensor(3)}


def _saved(legacy: bool) -> bytes:
    stream = io.BytesIO()
    content = {'state_dict': state(), 'meta': {'iter': 3}}
    torch.save(content, stream, _use_new_zipfile_serialization=not legacy)
    return stream.getvalue()


def checkpoints() -> list[bytes]:
    """Each form of a checkpoint; zip twice, as the most usual."""
    from safetensors.torch import save

    arrays = {'model': {key: value.numpy() for key, value in state().items()}}
    pickles = [pickle.dumps(arrays, protocol) for protocol in (2, 4, 5)]
    return [_saved(False), _saved(False), _saved(True), save(state()), *pickles]


def pictures() -> list[bytes]:
    """Each format, stacks and 16 bits among them."""
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


def videos() -> list[bytes]:
    """Three containers and codecs."""
    frames = np.stack([np.full((48, 64, 3), 20 * i, np.uint8) for i in range(8)])
    kinds = [
        ('a.mkv', 'ffv1', 'bgr0'),
        ('a.mp4', 'mpeg4', 'yuv420p'),
        ('a.avi', 'mjpeg', 'yuvj420p'),
    ]
    with tempfile.TemporaryDirectory() as folder:
        return [
            write_video_file(Path(folder) / name, frames, codec, pix_fmt).read_bytes()
            for name, codec, pix_fmt in kinds
        ]


CONFIG = {
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
        'dataset': {
            'type': 'MeViSDataset',
            'data_root': 'data',
            'split': 'x',
            'pipeline': [{'type': 'LoadClipFrames'}, {'type': 'PackRefVidSegInputs'}],
        },
    },
    'train_cfg': {'type': 'IterBasedTrainLoop', 'max_iters': 5},
    'optim_wrapper': {'optimizer': {'type': 'AdamW', 'lr': 0.1, 'betas': [0.9, 0.99]}},
    'param_scheduler': [{'type': 'LinearLR', 'begin': 0, 'end': 5}],
}


def json_configs() -> list[bytes]:
    """A config."""
    return [json.dumps(CONFIG).encode()]


def yaml_configs() -> list[bytes]:
    """A config, and one with anchors."""
    import yaml

    anchored = 'a: &a [1, 2]\nb: &b [*a, *a]\nmodel:\n  type: MUTR\n  embed_dims: 64\nc: *b\n'
    return [yaml.safe_dump(CONFIG).encode(), anchored.encode()]


def options() -> list[bytes]:
    """Pairs of --cfg-options."""
    return [
        line.encode()
        for line in (
            'model.num_heads=3',
            'optim_wrapper.optimizer.betas=(0.9,0.999)',
            'train_dataloader.dataset.videos=[a,b]',
            'param_scheduler.0.end=[1,(2,3)]\nmodel.embed_dims=8',
            'model.backbone.type=TimmBackbone\nmodel.backbone._delete_=True',
        )
    ]
