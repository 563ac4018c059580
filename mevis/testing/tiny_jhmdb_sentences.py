"""JHMDB-Sentences of a few kilobytes."""

import json
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat

SIZE = (48, 64)
"""(H, W) of the frames, pixels."""


def write_tiny_jhmdb_sentences(root: str | Path) -> dict[str, np.ndarray]:
    """Writes two videos of four frames, of which the second and the fourth are samples.

    Args:
        root: Folder of the dataset.

    Returns:
        Record -> (H, W) bool.
    """
    root = Path(root)
    samples, truth = [], {}
    for video, row in (('run/one', 4), ('wave/two', 20)):
        masks = np.zeros((4, *SIZE), bool)
        folder = root / 'Rename_Images' / video
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 5):
            masks[number - 1, row : row + 16, 8 * number : 8 * number + 14] = True
            picture = np.full((*SIZE, 3), 50, np.uint8)
            picture[masks[number - 1]] = (230, 60, 60)
            Image.fromarray(picture).save(folder / f'{number:05d}.png')
        path = root / 'puppet_mask' / video / 'puppet_mask.mat'
        path.parent.mkdir(parents=True, exist_ok=True)
        savemat(path, {'part_mask': masks.transpose(1, 2, 0).astype(np.uint8)}, do_compression=True)
        for number in (2, 4):
            frame = f'jhmdb_sentences/Rename_Images/{video}/{number:05d}.png'
            mask = f'jhmdb_sentences/puppet_mask/{video}/puppet_mask.mat'
            samples.append([video.split('/')[1], frame, mask, 4, f'the person of {video}'])
            truth[f'{video}/{number:05d}'] = masks[number - 1]
    (root / 'jhmdb_sentences_samples_metadata.json').write_text(json.dumps(samples))
    return truth
