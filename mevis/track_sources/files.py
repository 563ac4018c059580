"""Tracks from a file of any kind, which is recognised by its content."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from pycocotools import mask as coco_mask

from mevis.boundary.json_file import parse_json, read_bytes
from mevis.errors import UserError
from mevis.structures import InstanceMasks, Trajectories
from mevis.structures.instance_file import InstanceFile, parse_instance_file
from mevis.structures.trajectories import times_of
from mevis.track_sources.mot_text import MotBoxes, read_mot_text
from mevis.track_sources.youtube_vis_results import YouTubeVISResults

Size = tuple[int, int]


def read_trajectories(
    path: str | Path,
    size: Size | None = None,
    video: int | str | None = None,
    num_frames: int | None = None,
) -> Trajectories:
    """Reads boxes, areas and visibility of tracks.

    Args:
        path: A MOTChallenge text file, a YouTube-VIS results JSON, or a file of
            ``tools/extract_instance_masks.py``.
        size: (H, W) of the video; needed where the file has boxes or polygons alone, checked
            where it says its own.
        video: Which video of a file with several; its id or name.
        num_frames: Frames of the video;
            those of the file if None, which for boxes end with the last of them.

    Returns:
        Tracks of boxes in the order of their ids, tracks of masks by falling score.  Boxes are cut
        at the border of the picture, as masks are.

    Raises:
        UserError: One line that names the file and the line or entry.
    """
    content = _recognise(Path(path), num_frames)
    if isinstance(content, MotBoxes):
        _refuse_name(content, video)
        return _box_trajectories(content, _needed(size, content))
    instances, num_frames = _masks(content, size, video, num_frames)
    return Trajectories.from_instances(instances, range(num_frames), num_frames)


def read_instance_masks(
    path: str | Path,
    size: Size | None = None,
    video: int | str | None = None,
    num_frames: int | None = None,
    name: str | None = None,
) -> InstanceMasks:
    """Reads tracks as masks; boxes become filled rectangles.

    The other arguments and the errors are those of :func:`read_trajectories`.

    Args:
        name: What the video is called, where nobody says which one is meant: that one of a file
            with several; a file that names another video is refused.

    Returns:
        Tracks by falling score, ties in the order of the file or of the ids.
    """
    content = _recognise(Path(path), num_frames)
    if isinstance(content, MotBoxes):
        _refuse_name(content, video)
        return _rectangles(content, _needed(size, content))
    if video is None and (isinstance(content, InstanceFile) or name in content.videos):
        video = name
    return _masks(content, size, video, num_frames)[0]


def _recognise(path: Path, num_frames: int | None) -> MotBoxes | YouTubeVISResults | InstanceFile:
    content = read_bytes(path)
    # UTF-16 has a byte of zero around each bracket.
    start = content[:4096].lstrip(b'\xef\xbb\xbf\xff\xfe\0 \t\r\n')[:1]
    if start not in (b'{', b'['):
        return read_mot_text(path, num_frames)
    data = parse_json(content, path)
    if isinstance(data, list):
        return YouTubeVISResults(path, data)
    if 'annotations' in data and 'videos' in data:
        raise UserError(
            f'{path}: annotations, where tracks are expected: YouTube-VIS results, a MOTChallenge'
            ' text file, or a file of tools/extract_instance_masks.py.'
        )
    return parse_instance_file(path, data)


def _refuse_name(content: MotBoxes, video: int | str | None) -> None:
    if video is not None:
        raise UserError(
            f'{content.path}: boxes of one video, without its name, where video {video} is asked'
            ' for. Leave the name of the video out (--video).'
        )


def _needed(size: Size | None, content: MotBoxes) -> Size:
    if size is None:
        raise UserError(
            f'{content.path}: boxes alone do not tell the size of the video. Give it (--size'
            ' WIDTHxHEIGHT).'
        )
    return size


def _masks(
    content: YouTubeVISResults | InstanceFile,
    size: Size | None,
    video: int | str | None,
    num_frames: int | None,
) -> tuple[InstanceMasks, int]:
    """The tracks and the number of frames of the video."""
    if isinstance(content, YouTubeVISResults):
        if video is not None and str(video) not in content.videos:
            some = ', '.join(content.videos[:5])
            raise UserError(f'{content.path}: no tracks of video {video} (there are {some}, ...).')
        video = content.only_video() if video is None else video
        instances = content.tracks(video, size, num_frames)
        return instances, instances.num_frames
    instances = content.instances.top(len(content.instances))
    if video is not None and content.video not in (None, str(video)):
        raise UserError(
            f'{content.path}: the tracks are those of video {content.video}, not of {video}.'
            ' Name the file of this video, or delete `video` in it if it is the same one.'
        )
    if size is not None and tuple(instances.size) != tuple(size):
        raise UserError(
            f'{content.path}: the masks are of size {instances.size} (height, width), the video of'
            f' size {tuple(size)}.'
        )
    if num_frames is not None and content.num_frames not in (None, num_frames):
        raise UserError(
            f'{content.path}: the tracks have {content.num_frames} frames, the video has'
            f' {num_frames}.'
        )
    return instances, content.num_frames or num_frames or 0


def _box_trajectories(content: MotBoxes, size: Size) -> Trajectories:
    boxes = torch.from_numpy(content.clipped(size)).float()
    sides = boxes[..., 2:] - boxes[..., :2]
    areas = sides.prod(-1)
    num_frames = boxes.shape[1]
    times = times_of(range(num_frames), num_frames)
    return Trajectories(boxes, areas, areas > 0, times, tuple(size), content.ids)


def _rectangles(content: MotBoxes, size: Size) -> InstanceMasks:
    boxes = content.clipped(size)
    rles: list[list[dict[str, Any] | None]] = [[None] * boxes.shape[1] for _ in content.ids]
    for k, frames in enumerate((boxes[..., 2] > 0).tolist()):
        present = [t for t, is_there in enumerate(frames) if is_there]
        if not present:
            continue
        corners = np.ascontiguousarray(boxes[k, present])
        corners[:, 2:] -= corners[:, :2]
        for t, rle in zip(present, coco_mask.frPyObjects(corners, *size), strict=True):
            rles[k][t] = {'size': list(size), 'counts': rle['counts'].decode('ascii')}
    scores = content.scores.tolist()
    masks = InstanceMasks(rles, scores, [-1] * len(rles), tuple(size), ids=list(content.ids))
    return masks.top(len(masks))
