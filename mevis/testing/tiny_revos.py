"""ReVOS of a few kilobytes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mevis.structures import encode_rle

SIZE = (40, 60)
"""(H, W) of the frames, pixels."""


def write_tiny_revos(root: str | Path) -> dict[str, np.ndarray]:
    """Writes ``train`` and ``valid``, one video of four frames and two objects each.

    Sentence 0 is referring (object 1), 1 is reasoning (both objects), 2 has no target.

    Args:
        root: Folder of the dataset.

    Returns:
        Sentence of ``valid`` -> (T, H, W) bool.
    """
    root = Path(root)
    first, second = np.zeros((2, 4, *SIZE), bool)
    for frame in range(4):
        first[frame, 4:16, 4 + 5 * frame : 18 + 5 * frame] = True
        second[frame, 22:34, 20:40] = frame < 3
    masks: dict[str, Any] = {}
    foreground: dict[str, Any] = {}
    for split, number in (('train', 0), ('valid', 2)):
        video = f'source/{split}'
        names = [f'{frame:05d}' for frame in range(4)]
        for name, red, blue in zip(names, first, second, strict=True):
            picture = np.full((*SIZE, 3), 50, np.uint8)
            picture[red], picture[blue] = (230, 60, 60), (60, 60, 230)
            path = root / f'JPEGImages/{video}/{name}.jpg'
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(path)
        tracks = [
            [rle if tube.any() else None for rle, tube in zip(encode_rle(t), t, strict=True)]
            for t in (first, second)
        ]
        masks.update({str(number + index): track for index, track in enumerate(tracks)})
        both = [[rle for rle in rles if rle] for rles in zip(*tracks, strict=True)]
        foreground[video] = {'masks_rle': both}
        expressions = {
            str(index): {'exp': text, 'obj_id': ids, 'anno_id': ids, 'type_id': index}
            for index, (text, ids) in enumerate(
                (
                    ('the red thing that moves', [number]),
                    ('what would float', [number, number + 1]),
                    ('the dog', []),
                )
            )
        }
        meta = {'videos': {video: {'expressions': expressions, 'frames': names}}}
        (root / f'meta_expressions_{split}_.json').write_text(json.dumps(meta))
    (root / 'mask_dict.json').write_text(json.dumps(masks))
    (root / 'mask_dict_foreground.json').write_text(json.dumps(foreground))
    return {'0': first, '1': first | second, '2': np.zeros_like(first)}
