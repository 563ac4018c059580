"""Frames, masks and instance tracks from disk; each error names its file."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform

from mevis.datasets.frame_reader import FrameReader, check_size, read_frame
from mevis.datasets.transforms.image_size import resize_frame
from mevis.datasets.transforms.short_side import ShortSideTransform
from mevis.errors import UserError
from mevis.registry import TRANSFORMS
from mevis.structures import decode_rle
from mevis.structures.instance_file import read_instance_file


@TRANSFORMS.register_module()
class LoadClipFrames(BaseTransform):
    """Reads the frames at their original size.

    Adds ``frames`` (T, H, W, 3) uint8 RGB, ``ori_shape``, ``img_shape``, ``flip`` and
    ``read_frames``.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Reads the frames."""
        paths = results['frame_paths']
        size = read_frame(paths[0]).shape[:2]
        results['read_frames'] = FrameReader(paths, size)
        results['frames'] = results['read_frames'](range(len(paths)))
        results['ori_shape'] = results['img_shape'] = size
        results['flip'] = False
        return results


@TRANSFORMS.register_module()
class LoadResizedFrames(ShortSideTransform):
    """Reads the frames and resizes each at once, so that a long video never exists at full size.

    Adds what :class:`LoadClipFrames` adds, with ``frames`` (T, h, w, 3) resized as
    :class:`ResizeClip` does it.

    Its arguments are those of :class:`ShortSideTransform`.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Reads and resizes the frames one by one."""
        paths = results['frame_paths']
        frame = read_frame(paths[0])
        ori_shape = frame.shape[:2]
        size = self.size_of(ori_shape)
        frames = np.empty((len(paths), *size, 3), np.uint8)
        frames[0] = resize_frame(frame, size)
        for index, path in enumerate(paths[1:], 1):
            frames[index] = resize_frame(check_size(read_frame(path), ori_shape, path), size)
        results.update(
            frames=frames,
            ori_shape=ori_shape,
            img_shape=size,
            flip=False,
            read_frames=FrameReader(paths, ori_shape),
        )
        return results


@TRANSFORMS.register_module()
class OpenClipFrames(BaseTransform):
    """Reads no frame but the first, whose size it needs: for models that ask for what they need.

    Adds what :class:`LoadClipFrames` adds; ``frames`` are (T, 0, 0, 3).
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Looks at the first frame."""
        paths = results['frame_paths']
        size = read_frame(paths[0]).shape[:2]
        results['read_frames'] = FrameReader(paths, size)
        results['frames'] = np.empty((len(paths), 0, 0, 3), np.uint8)
        results['ori_shape'] = results['img_shape'] = size
        results['flip'] = False
        return results


@TRANSFORMS.register_module()
class LoadClipMasks(BaseTransform):
    """Decodes ``gt_rles`` to ``gt_masks`` (T, H, W) bool; comes after the frames."""

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Decodes the masks of the sampled frames."""
        expression = results['expressions'][0]
        name = (
            f'{results["video"]}: the mask of expression {expression.exp_id}'
            f' (anno_id {", ".join(map(str, expression.anno_ids))})'
        )
        try:
            results['gt_masks'] = decode_rle(results['gt_rles'], results['ori_shape'], name)
        except ValueError as error:
            raise UserError(
                f'{error} Frames {", ".join(results["frame_names"])} and mask_dict.json must be'
                ' of one release; tools/check_dataset.py lists all.'
            ) from error
        return results


@TRANSFORMS.register_module()
class LoadClipInstances(BaseTransform):
    """Decodes the annotated objects of a clip; comes after the frames.

    Adds ``gt_instance_masks`` (K, T, H, W) bool, ``gt_labels`` (K,) int64 and ``gt_ids``.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Decodes the objects in the sampled frames."""
        tracks, size = results['gt_tracks'], results['ori_shape']
        masks = np.zeros((len(tracks), len(results['frame_indices']), *size), bool)
        for mask, track in zip(masks, tracks, strict=True):
            name = f'{results["video"]}: the mask of object {track.track_id}'
            try:
                mask[:] = decode_rle(track.rles, size, name)
            except ValueError as error:
                raise UserError(
                    f'{error} Frames {", ".join(results["frame_names"])} and annotations must be'
                    ' of one release.'
                ) from error
        results['gt_instance_masks'] = masks
        results['gt_labels'] = np.asarray([track.label for track in tracks], np.int64)
        results['gt_ids'] = [track.track_id for track in tracks]
        return results


@TRANSFORMS.register_module()
class LoadInstanceMasks(BaseTransform):
    """Reads the instance tracks of the video, where the dataset names a folder of them.

    Adds ``instances`` (``InstanceMasks`` of the whole video); does nothing without
    ``instance_masks_dir``.

    Args:
        max_instances: The best tracks by score that are kept.
    """

    def __init__(self, max_instances: int = 10) -> None:
        self.max_instances = max_instances

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Reads the file of the video and checks that it is this video's."""
        if 'instance_masks_path' not in results:
            return results
        file = read_instance_file(results['instance_masks_path'])
        file.check_video(
            results['video'],
            results['num_video_frames'],
            list(zip(results['frame_indices'], results['frame_names'], strict=True)),
            results['ori_shape'],
        )
        results['instances'] = file.instances.top(self.max_instances)
        return results
