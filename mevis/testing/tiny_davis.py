"""Ref-DAVIS17 of a few kilobytes, laid out as its archives are unpacked."""

from pathlib import Path

import numpy as np
from PIL import Image

_FILES = (
    ('Davis17_annot1', 'utf-8'),
    ('Davis17_annot1_full_video', 'utf-8'),
    ('Davis17_annot2', 'latin-1'),
    ('Davis17_annot2_full_video', 'latin-1'),
)


def write_tiny_davis(root: str | Path, split: str = 'val') -> dict[str, np.ndarray]:
    """Writes two videos, ``classic-car`` of two objects and ``tennis`` of one, with void pixels.

    The text files misspell the first as the released ones do, list objects out of order, and two
    of them are in Latin-1.

    Args:
        root: Folder of the dataset.
        split: Part of it.

    Returns:
        Video -> (T, H, W) uint8, the annotation.
    """
    root = Path(root)
    truth = {'classic-car': np.zeros((5, 30, 40), np.uint8), 'tennis': np.zeros((4, 30, 40), 'u1')}
    for frame in range(5):
        truth['classic-car'][frame, 4:12, 2 + 3 * frame : 12 + 3 * frame] = 1
        truth['classic-car'][frame, 16:26, 24 - 3 * frame : 36 - 3 * frame] = 2
    for frame in range(4):
        truth['tennis'][frame, 6 + frame : 18 + frame, 10:22] = 1
    for video, maps in truth.items():
        maps[:, 27:, :6] = 255
        for frame, ids in enumerate(maps):
            picture = np.repeat((ids * 60)[..., None], 3, -1)
            path = root / f'DAVIS/JPEGImages/480p/{video}/{frame:05d}.jpg'
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(path)
            path = root / f'DAVIS/Annotations_unsupervised/480p/{video}/{frame:05d}.png'
            path.parent.mkdir(parents=True, exist_ok=True)
            image = Image.fromarray(ids)
            image.putpalette([channel for value in range(256) for channel in [value] * 3])
            image.save(path)
    path = root / f'DAVIS/ImageSets/2017/{split}.txt'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(''.join(f'{video}\n' for video in truth))
    folder = root / 'davis_text_annotations'
    folder.mkdir(exist_ok=True)
    for name, encoding in _FILES:
        lines = (
            f'clasic-car 2 "the lower car, {name}"\n'
            f'clasic-car 1 "the café car"\n'
            f'tennis 1 "a player"\n'
        )
        (folder / f'{name}.txt').write_bytes(lines.encode(encoding))
    return truth
