"""Frames, masks and a table as somebody might have them, for tests and examples."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from mevis.structures import encode_rle

FORMS = ('palette', 'folders', 'youtube_vis', 'coco')
"""How masks may lie on disk."""
TABLE = """video,sentence,objects,split
boat,"the boat that moves right, slowly",1,train
boat,the one moving left,2,train
boat,both boats,1 2,train
boat,the boat that sinks,,train
kite,the kite moving right,1,valid_u
kite,the kite moving left,2,valid_u
"""
"""Two videos; the sentence about what sinks has no target."""


def write_own_masks(
    root: str | Path, form: str = 'palette', num_frames: int = 6, size: tuple[int, int] = (48, 64)
) -> dict[str, np.ndarray]:
    """Writes ``frames``, ``masks`` (or ``masks.json``) and ``sentences.csv``.

    Object 1 moves right, object 2 left and is absent in the last frame.

    Args:
        root: Folder to write.
        form: One of ``FORMS``.
        num_frames: Frames of a video.
        size: (H, W) of the frames.

    Returns:
        Video -> (2, T, H, W) bool, the masks of the objects.
    """
    root = Path(root)
    truth = {video: _tubes(shift, num_frames, size) for shift, video in enumerate(('boat', 'kite'))}
    for video, tubes in truth.items():
        folder = root / 'frames' / video
        folder.mkdir(parents=True)
        for frame in range(num_frames):
            picture = np.full((*size, 3), 60, np.uint8)
            picture[tubes[0, frame]], picture[tubes[1, frame]] = (240, 80, 40), (40, 120, 240)
            Image.fromarray(picture).save(folder / f'{frame:05d}.png')
    (root / 'sentences.csv').write_text(TABLE)
    if form in ('palette', 'folders'):
        _write_png(root / 'masks', truth, form)
    else:
        content = _youtube_vis(truth) if form == 'youtube_vis' else _coco(truth)
        (root / 'masks.json').write_text(json.dumps(content))
    return truth


def _tubes(shift: int, num_frames: int, size: tuple[int, int]) -> np.ndarray:
    height, width = size
    tubes = np.zeros((2, num_frames, height, width), bool)
    side = height // 4
    for frame in range(num_frames):
        left = 2 + shift + (width - side - 6) * frame // max(1, num_frames - 1)
        tubes[0, frame, 4 : 4 + side, left : left + side] = True
        mirrored = width - side - left
        if frame < num_frames - 1:
            tubes[1, frame, height // 2 : height // 2 + side, mirrored : mirrored + side] = True
    return tubes


def _write_png(folder: Path, truth: dict[str, np.ndarray], form: str) -> None:
    for video, tubes in truth.items():
        for frame in range(tubes.shape[1]):
            if form == 'palette':
                ids = (tubes[0, frame] + 2 * tubes[1, frame]).astype(np.uint8)
                ids[-1, -1] = 255  # void
                image = Image.fromarray(ids)
                image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0] + 759 * [255])  # 256 colours
                (folder / video).mkdir(parents=True, exist_ok=True)
                image.save(folder / video / f'{frame:05d}.png')
                continue
            for index, mask in enumerate(tubes[:, frame], 1):
                path = folder / video / str(index) / f'{frame:05d}.png'
                path.parent.mkdir(parents=True, exist_ok=True)
                if mask.any():
                    Image.fromarray(mask).save(path)


def _youtube_vis(truth: dict[str, np.ndarray]) -> dict:
    videos, annotations = [], []
    for video_id, (video, tubes) in enumerate(truth.items()):
        names = [f'{video}/{frame:05d}.png' for frame in range(tubes.shape[1])]
        videos.append({'id': video_id, 'file_names': names})
        for index, tube in enumerate(tubes, 1):
            masks = [
                rle if seen else None
                for rle, seen in zip(encode_rle(tube), tube.any((1, 2)), strict=True)
            ]
            # Ids of annotations are unique in the file: 1 and 2, then 11 and 12.
            entry = {'id': 10 * video_id + index, 'video_id': video_id, 'segmentations': masks}
            annotations.append(entry)
    return {'videos': videos, 'annotations': annotations}


def _coco(truth: dict[str, np.ndarray]) -> dict:
    images, annotations = [], []
    for video, tubes in truth.items():
        for frame in range(tubes.shape[1]):
            image_id = len(images)
            images.append({'id': image_id, 'file_name': f'{video}/{frame:05d}.png'})
            for index, mask in enumerate(tubes[:, frame], 1):
                if mask.any():
                    rows, columns = np.nonzero(mask)
                    left, top = int(columns.min()), int(rows.min())
                    right, bottom = int(columns.max()) + 1, int(rows.max()) + 1
                    corners = [left, top, right, top, right, bottom, left, bottom]
                    entry = {'id': len(annotations), 'image_id': image_id, 'track_id': index}
                    annotations.append({**entry, 'segmentation': [corners]})
    return {'images': images, 'annotations': annotations}
