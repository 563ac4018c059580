"""RefCOCO of a few kilobytes, as released and as converted."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SIZE = (48, 64)
"""(H, W) of the images, pixels."""
_BOXES = {1: (4, 6, 20, 22), 2: (34, 10, 24, 30)}  # x, y, width, height; of each image
_TEXTS = {1: ('the small square on the left', 'left thing'), 2: ('large square',)}


def write_tiny_refcoco(
    root: str | Path, name: str = 'refcoco', form: str = 'pickle'
) -> dict[str, dict[str, np.ndarray]]:
    """Writes four images with two objects and three sentences each; ``train`` and ``val``.

    Args:
        root: Folder of the dataset.
        name: ``refcoco``, ``refcoco+`` or ``refcocog``.
        form: ``pickle``: ``refs(...).p`` and ``instances.json``, as released.
            ``json``: ``refs(...).json`` instead of the pickle.
            ``converted``: ``instances_<name>_<split>.json``.

    Returns:
        Image of ``val`` -> sentence id -> (H, W) bool.
    """
    root, folder = Path(root), Path(root) / name
    folder.mkdir(parents=True, exist_ok=True)
    (root / 'train2014').mkdir(exist_ok=True)
    images, annotations, refs = [], [], []
    truth: dict[str, dict[str, np.ndarray]] = {}
    for number in range(1, 5):
        split = 'train' if number < 3 else 'val'
        stem = f'COCO_train2014_{number:012d}'
        picture = np.full((*SIZE, 3), 40 + 10 * number, np.uint8)
        images.append(
            {'id': number, 'file_name': f'{stem}.jpg', 'height': SIZE[0], 'width': SIZE[1]}
        )
        for key, (x, y, width, height) in _BOXES.items():
            picture[y : y + height, x : x + width] = (230, 60, 60) if key == 1 else (60, 60, 230)
            ann_id = 10 * number + key
            outline = [x, y, x + width, y, x + width, y + height, x, y + height]
            annotations.append(_annotation(ann_id, number, outline))
            sentences = [
                {'sent_id': 100 * ann_id + index, 'sent': text, 'raw': text.upper(), 'tokens': []}
                for index, text in enumerate(_TEXTS[key])
            ]
            refs.append(
                {
                    'ref_id': ann_id,
                    'ann_id': ann_id,
                    'image_id': number,
                    'file_name': f'{stem}_{key}.jpg',
                    'split': split,
                    'sentences': sentences,
                }
            )
            mask = np.zeros(SIZE, bool)
            mask[y : y + height, x : x + width] = True
            if split == 'val':
                found = truth.setdefault(stem, {})
                found.update({str(one['sent_id']): mask for one in sentences})
        Image.fromarray(picture).save(root / f'train2014/{stem}.jpg')
    if form == 'converted':
        for split in ('train', 'val'):
            content = _converted(images, annotations, [r for r in refs if r['split'] == split])
            (folder / f'instances_{name}_{split}.json').write_text(json.dumps(content))
        return truth
    instances = {'images': images, 'annotations': annotations}
    (folder / 'instances.json').write_text(json.dumps(instances))
    target = folder / f'refs({"umd" if name == "refcocog" else "unc"}).p'
    if form == 'json':
        target.with_suffix('.json').write_text(json.dumps(refs))
    else:
        target.write_bytes(pickle.dumps(refs, protocol=0))
    return truth


def _annotation(ann_id: int, image_id: int, outline: list[int]) -> dict[str, Any]:
    return {
        'id': ann_id,
        'image_id': image_id,
        'segmentation': [outline],
        'iscrowd': 0,
        'category_id': 1,
    }


def _converted(
    images: list[dict[str, Any]], annotations: list[dict[str, Any]], refs: list[dict[str, Any]]
) -> dict[str, Any]:
    """One image and one annotation per sentence, numbered from 1."""
    image_of = {image['id']: image for image in images}
    annotation_of = {entry['id']: entry for entry in annotations}
    content: dict[str, list[Any]] = {'images': [], 'annotations': []}
    for ref in refs:
        for sentence in ref['sentences']:
            number = len(content['images']) + 1
            content['images'].append(
                {
                    **image_of[ref['image_id']],
                    'id': number,
                    'original_id': ref['image_id'],
                    'caption': sentence['sent'],
                }
            )
            content['annotations'].append(
                {
                    **annotation_of[ref['ann_id']],
                    'id': number,
                    'image_id': number,
                    'original_id': ref['ann_id'],
                }
            )
    return content
