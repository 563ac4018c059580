"""A2D-Sentences of a few kilobytes."""

import json
from pathlib import Path

import numpy as np

from mevis.testing.video_files import write_video_file

SIZE = (48, 64)
"""(H, W) of the frames, pixels."""
FRAMES = (1, 3)
"""The annotated ones of each video, from 1."""


def write_tiny_a2d_sentences(root: str | Path) -> dict[str, dict[str, np.ndarray]]:
    """Writes ``train`` and ``test``, one video of four frames and two objects each.

    Both objects are annotated in frame 1, the second (id 4) alone in frame 3.

    Args:
        root: Folder of the dataset.

    Returns:
        Record of ``test`` -> sentence -> (H, W) bool.
    """
    import h5py

    root = Path(root)
    (root / 'Release/clips320H').mkdir(parents=True, exist_ok=True)
    first, second = np.zeros((2, 4, *SIZE), bool)
    for frame in range(4):
        first[frame, 4:20, 4 + 5 * frame : 22 + 5 * frame] = True
        second[frame, 26:42, 30:50] = True
    video = np.full((4, *SIZE, 3), 50, np.uint8)
    video[first], video[second] = (230, 60, 60), (60, 60, 230)
    truth: dict[str, dict[str, np.ndarray]] = {}
    for split in ('train', 'test'):
        write_video_file(root / f'Release/clips320H/{split}_clip.mp4', video, 'mpeg4', 'yuv420p')
        entries = []
        for number in FRAMES:
            objects = {1: first, 4: second} if number == 1 else {4: second}
            name = f'{split}_clip/{number:05d}'
            path = root / f'text_annotations/a2d_annotation_with_instances/{name}.h5'
            path.parent.mkdir(parents=True, exist_ok=True)
            masks = np.stack([tube[number - 1].T for tube in objects.values()]).astype(np.uint8)
            with h5py.File(path, 'w') as file:
                file['instance'] = np.asarray(list(objects), np.float64)
                # As released, a single object has no dimension of its own.
                file['reMask'] = masks if len(masks) > 1 else masks[0]
            for key in objects:
                text = 'red square moving right' if key == 1 else 'Blue square standing'
                entries.append([text, f'{split}_clip', number, key])
            if split == 'test':
                truth[name] = {str(key): tube[number - 1] for key, tube in objects.items()}
        path = root / f'a2d_sentences_single_frame_{split}_annotations.json'
        path.write_text(json.dumps(entries))
    return truth
