"""The objects of MovingShapes as instances in YouTube-VIS format."""

from collections.abc import Iterable
from typing import Any

from pycocotools import mask as coco_mask

from mevis.datasets.moving_shapes.looks import SHAPES


def youtube_vis_annotations(videos: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """``{videos, annotations, categories}``; the categories are the shapes.

    Args:
        videos: Names and parts as the writer makes them: ``frames``, ``masks`` and ``scene``.
    """
    listed, annotations = [], []
    for number, (name, part) in enumerate(videos, start=1):
        height, width = part['scene']['size']
        length = len(part['frames'])
        listed.append(
            {
                'id': number,
                'file_names': [f'{name}/{frame}.jpg' for frame in part['frames']],
                'height': height,
                'width': width,
                'length': length,
            }
        )
        for track, item in zip(part['masks'], part['scene']['objects'], strict=True):
            annotations.append(
                {
                    'id': len(annotations) + 1,
                    'video_id': number,
                    'category_id': SHAPES.index(item['shape']) + 1,
                    'iscrowd': 0,
                    'height': height,
                    'width': width,
                    'length': length,
                    'segmentations': track,
                    'bboxes': [None if rle is None else _box(rle) for rle in track],
                    'areas': [None if rle is None else int(coco_mask.area(rle)) for rle in track],
                }
            )
    categories = [
        {'id': number, 'name': shape, 'supercategory': 'shape'}
        for number, shape in enumerate(SHAPES, start=1)
    ]
    return {'videos': listed, 'annotations': annotations, 'categories': categories}


def _box(rle: dict[str, Any]) -> list[float]:
    return [float(side) for side in coco_mask.toBbox(rle)]
