"""A dataset in MeViS format of a few kilobytes, for tests and examples."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from mevis.structures import encode_rle

TINY_SIZE = (48, 64)
"""(H, W) of its frames."""


def write_tiny_mevis(root: str | Path, split: str = 'train', truth: bool = True) -> Path:
    """Writes two videos of 6 and 3 frames with squares that move.

    Video ``bird`` has two squares (annotations 0 and 1) and the sentences "0" (object 0), "1"
    (object 1, which is absent in the last two frames), "2" (both) and "3" (no target); video
    ``cat`` has annotation 2 and sentence "0".

    Args:
        root: Folder of the dataset.
        split: Part of it.
        truth: Whether to write masks and targets, or sentences alone as in ``valid``.

    Returns:
        The folder of the split.
    """
    folder = Path(root) / split
    masks = {}
    for name, num_frames, objects in (('bird', 6, (0, 1)), ('cat', 3, (2,))):
        frames = np.full((num_frames, *TINY_SIZE, 3), 40, np.uint8)
        for anno_id in objects:
            tube = _square_tube(anno_id, num_frames)
            if anno_id == 1:
                tube[-2:] = False
            frames[tube] = (250, 60 + 60 * anno_id, 30)
            rles = encode_rle(tube)
            masks[str(anno_id)] = [
                rle if seen else None for rle, seen in zip(rles, tube.any((1, 2)), strict=True)
            ]
        (folder / 'JPEGImages' / name).mkdir(parents=True)
        for index, frame in enumerate(frames):
            path = folder / 'JPEGImages' / name / f'{index:05d}.jpg'
            Image.fromarray(frame).save(path, quality=95)
    videos = {
        'bird': {
            'expressions': {
                '0': {'exp': 'The square moving left', 'obj_id': [0], 'anno_id': [0]},
                '1': {'exp': 'the square that leaves', 'obj_id': [1], 'anno_id': [1]},
                '2': {'exp': 'both squares', 'obj_id': [0, 1], 'anno_id': [0, 1]},
                '3': {'exp': 'the square that jumps', 'obj_id': [], 'anno_id': []},
            },
            'vid_id': 0,
            'frames': [f'{index:05d}' for index in range(6)],
        },
        'cat': {
            'expressions': {'0': {'exp': 'a square', 'obj_id': [0], 'anno_id': [2]}},
            'vid_id': 1,
            'frames': [f'{index:05d}' for index in range(3)],
        },
    }
    if truth:
        (folder / 'mask_dict.json').write_text(json.dumps(masks))
    else:
        for video in videos.values():
            for exp_id, entry in video['expressions'].items():
                video['expressions'][exp_id] = {'exp': entry['exp']}
    (folder / 'meta_expressions.json').write_text(json.dumps({'videos': videos}))
    return folder


def _square_tube(anno_id: int, num_frames: int) -> np.ndarray:
    tube = np.zeros((num_frames, *TINY_SIZE), bool)
    for frame in range(num_frames):
        left = 4 + 4 * frame if anno_id else 44 - 4 * frame
        top = 4 + 14 * anno_id
        tube[frame, top : top + 10, left : left + 10] = True
    return tube
