"""The shapes as instances, in YouTube-VIS format."""

from typing import Any

from pycocotools import mask as coco_mask

from mevis.datasets.moving_shapes.looks import SHAPES


def youtube_vis_annotations(
    videos: dict[str, Any], masks: dict[str, Any], scenes: dict[str, Any], size: tuple[int, int]
) -> dict[str, Any]:
    """Converts the annotations of a split.

    Args:
        videos: Of ``meta_expressions.json``.
        masks: Of ``mask_dict.json``.
        scenes: Of ``scenes.json``; a shape's kind is its category.
        size: (H, W).
    """
    height, width = size
    entries, annotations = [], []
    for number, (name, video) in enumerate(videos.items(), 1):
        entries.append(
            dict(
                id=number,
                height=height,
                width=width,
                length=len(video['frames']),
                file_names=[f'{name}/{frame}.jpg' for frame in video['frames']],
            )
        )
        for shape in scenes[name]['shapes']:
            track = masks[str(shape['anno_id'])]
            coded = [rle and {**rle, 'counts': rle['counts'].encode()} for rle in track]
            annotations.append(
                dict(
                    id=len(annotations) + 1,
                    video_id=number,
                    category_id=SHAPES.index(shape['look']['shape']) + 1,
                    iscrowd=0,
                    height=height,
                    width=width,
                    segmentations=track,
                    bboxes=[rle and coco_mask.toBbox(rle).tolist() for rle in coded],
                    areas=[rle and int(coco_mask.area(rle)) for rle in coded],
                )
            )
    categories = [dict(id=index + 1, name=shape) for index, shape in enumerate(SHAPES)]
    return dict(videos=entries, annotations=annotations, categories=categories)
