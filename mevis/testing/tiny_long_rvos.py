"""Long-RVOS of a few kilobytes."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

TYPES = ('static', 'dynamic', 'static+dynamic')


def write_tiny_long_rvos(root: str | Path, split: str = 'valid') -> dict[str, np.ndarray]:
    """Writes one video of six frames with objects 1 and 2; the second is gone from frame 4 on.

    Args:
        root: Folder of the dataset.
        split: Part of it.

    Returns:
        Object -> (T, H, W) bool.
    """
    folder = Path(root) / split
    tubes = {key: np.zeros((6, 40, 60), bool) for key in '12'}
    for frame in range(6):
        tubes['1'][frame, 4:16, 4 + 5 * frame : 18 + 5 * frame] = True
        tubes['2'][frame, 22:34, 20:40] = frame < 4
        picture = np.full((40, 60, 3), 50, np.uint8)
        picture[tubes['1'][frame]], picture[tubes['2'][frame]] = (230, 60, 60), (60, 60, 230)
        path = folder / f'JPEGImages/boats/{frame:05d}.jpg'
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
        for key, tube in tubes.items():
            path = folder / f'Annotations/boats/{key}/{frame:05d}.png'
            path.parent.mkdir(parents=True, exist_ok=True)
            if tube[frame].any():
                Image.fromarray(tube[frame].astype(np.uint8) * 255).save(path)
    texts = ('the red boat', 'the boat that disappears', 'the red boat moving right')
    expressions = {
        str(number): {'exp': text, 'obj_id': key, 'type': kind}
        for number, (text, key, kind) in enumerate(zip(texts, '121', TYPES, strict=True))
    }
    frames = [f'{frame:05d}' for frame in range(6)]
    meta = {'videos': {'boats': {'expressions': expressions, 'frames': frames}}}
    (folder / 'meta_expressions.json').write_text(json.dumps(meta))
    return tubes
