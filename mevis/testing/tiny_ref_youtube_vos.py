"""Ref-YouTube-VOS of a few kilobytes."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (20, 30)
"""(H, W) of the frames, pixels."""


def write_tiny_ref_youtube_vos(root: str | Path) -> np.ndarray:
    """Writes ``train`` and ``valid``, one video of three frames and two objects each.

    Args:
        root: Folder of the dataset.

    Returns:
        (T, H, W) uint8, the annotation; object 2 is gone in the last frame.
    """
    root = Path(root)
    objects = np.zeros((3, *SIZE), np.uint8)
    objects[:, 2:8, 3:9] = 1
    objects[:2, 10:18, 12:20] = 2
    for split in ('train', 'valid'):
        expressions = {'0': {'exp': 'a fish'}, '1': {'exp': 'another fish'}}
        if split == 'train':
            expressions['0']['obj_id'], expressions['1']['obj_id'] = '1', '2'
        names = ['00000', '00005', '00010']
        meta = {'videos': {'fish': {'expressions': expressions, 'frames': names}}}
        folder = root / 'meta_expressions' / split
        folder.mkdir(parents=True)
        (folder / 'meta_expressions.json').write_text(json.dumps(meta))
        frames = root / split / 'JPEGImages' / 'fish'
        frames.mkdir(parents=True)
        annotations = root / split / 'Annotations' / 'fish'
        if split == 'train':
            annotations.mkdir(parents=True)
        for name, ids in zip(names, objects, strict=True):
            picture = np.repeat((ids * 80)[..., None], 3, -1)
            Image.fromarray(picture).save(frames / f'{name}.jpg')
            if split == 'train':
                image = Image.fromarray(ids)
                image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
                image.save(annotations / f'{name}.png')
    return objects
