"""Masks in one JSON file: YouTube-VIS by video, or COCO by image."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pycocotools import mask as coco_mask

from mevis.boundary.formats import MaskFile, MaskFileAnnotation
from mevis.boundary.json_file import read_json
from mevis.boundary.polygons import mask_to_rle
from mevis.boundary.rle import Rle
from mevis.errors import UserError

_FORMS = 'Expected YouTube-VIS ("videos" with "file_names") or COCO ("images" with "file_name").'


class CocoMasks:
    """Objects of videos by (video, object, frame).

    In YouTube-VIS an object is called by the ``id`` of its annotation; in COCO by the
    ``track_id`` (or ``instance_id``) that its annotations share within a video.

    Args:
        path: The file.

    Raises:
        UserError: If it is neither, or an annotation names no track; names the entry.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        content = read_json(path, MaskFile, 'Export it again.')
        self._frames: dict[str, set[str]] = {}
        self._tracks: dict[str, dict[str, list[tuple[str, Any, str]]]] = {}
        if content.videos and any(video.file_names for video in content.videos):
            self._read_videos(content)
        elif content.images:
            self._read_images(content)
        else:
            raise UserError(f'{path}: no videos and no images in it. {_FORMS}')
        status = path.stat()
        self._stamp = [str(path), status.st_size, status.st_mtime_ns]

    def annotated_frames(self, video: str) -> set[str]:
        """Frames that the file lists."""
        if video not in self._frames:
            known = ', '.join(sorted(self._frames)[:5])
            raise UserError(
                f'{self.path}: no video {video}, which a sentence is about. It has {known}; the'
                ' folder in file_name(s) is the name of the video.'
            )
        return self._frames[video]

    def tracks(self, video: str, frame_names: Sequence[str], size: tuple[int, int]) -> dict:
        """Decodes nothing but polygons; sizes and sums of runs are checked."""
        wanted = set(frame_names)
        tracks: dict[str, dict[str, Rle]] = {}
        for name, masks in self._tracks.get(video, {}).items():
            track = tracks.setdefault(name, {})
            for frame, mask, place in masks:
                if frame not in wanted:
                    continue
                rle = mask_to_rle(mask, size, place)
                if frame in track:
                    raise UserError(
                        f'{place}: object {name} of video {video} has two masks in frame {frame}.'
                        ' Give each object a number of its own.'
                    )
                if rle is not None and coco_mask.area(rle):
                    track[frame] = rle
        return tracks

    def fingerprint(self, video: str) -> list:
        """Size and time of the file."""
        return self._stamp

    def _read_videos(self, content: MaskFile) -> None:
        frames_of: dict[str, tuple[str, list[str]]] = {}
        for entry in content.videos:
            place = f'{self.path}: video {entry.id}'
            _check_new(entry.id, frames_of, place)
            parts = [self._split(name, place) for name in entry.file_names]
            if len({video for video, _ in parts}) != 1:
                raise UserError(f'{place}: file_names must lie in one folder, that of the video.')
            frames = [frame for _, frame in parts]
            frames_of[str(entry.id)] = (parts[0][0], frames)
            self._frames.setdefault(parts[0][0], set()).update(frames)
        for annotation in content.annotations:
            place = f'{self.path}: annotation {annotation.id}'
            video, frames = self._known(frames_of, annotation.video_id, 'video_id', place)
            masks = annotation.segmentations
            if masks is None or len(masks) != len(frames):
                count = 'no' if masks is None else len(masks)
                raise UserError(
                    f'{place}: {count} segmentations for {len(frames)} frames of video {video}.'
                    ' It needs one mask or null per frame.'
                )
            track = self._tracks.setdefault(video, {}).setdefault(str(annotation.id), [])
            track += [
                (frame, mask, f'{place}, frame {frame}')
                for frame, mask in zip(frames, masks, strict=True)
                if mask
            ]

    def _read_images(self, content: MaskFile) -> None:
        frame_of: dict[str, tuple[str, str]] = {}
        for entry in content.images:
            place = f'{self.path}: image {entry.id}'
            _check_new(entry.id, frame_of, place)
            video, frame = self._split(entry.file_name, place)
            frame_of[str(entry.id)] = (video, frame)
            self._frames.setdefault(video, set()).add(frame)
        for annotation in content.annotations:
            place = f'{self.path}: annotation {annotation.id}'
            video, frame = self._known(frame_of, annotation.image_id, 'image_id', place)
            name = self._track_of(annotation, place)
            if annotation.segmentation:
                mask = (frame, annotation.segmentation, place)
                self._tracks.setdefault(video, {}).setdefault(name, []).append(mask)

    @staticmethod
    def _track_of(annotation: MaskFileAnnotation, place: str) -> str:
        found = annotation.track_id if annotation.instance_id is None else annotation.instance_id
        if found is None and isinstance(annotation.attributes, dict):
            found = annotation.attributes.get('track_id')  # as CVAT exports it
        if found is None:
            raise UserError(
                f'{place}: has no track_id (or instance_id), so nothing says which masks of a'
                ' video are one object. Export with tracks, or add "track_id" to each annotation.'
            )
        return str(found)

    @staticmethod
    def _split(name: str, place: str) -> tuple[str, str]:
        """``bird/00001.jpg`` -> bird, 00001."""
        path = PurePosixPath(name.replace('\\', '/'))
        if not path.parent.name:
            raise UserError(
                f'{place}: the file name {name!r:.60} has no folder. It must be'
                ' <video>/<frame>.jpg, as the frames lie.'
            )
        return path.parent.as_posix(), path.stem

    @staticmethod
    def _known(entries: dict, key: Any, name: str, place: str) -> tuple:
        if str(key) not in entries:
            raise UserError(f'{place}: its {name} is {key}, which the file does not list.')
        return entries[str(key)]


def _check_new(entry_id: int | str, entries: dict, place: str) -> None:
    if str(entry_id) in entries:
        raise UserError(f'{place}: comes twice, so nothing says which one annotations mean.')
