"""Where the demo's tracks come from: what moves, DVIS, or a file of any tracker."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mevis.apis.inference.shipped_model import DVIS_CONFIG, DVIS_WEIGHTS
from mevis.boundary.files import expanded
from mevis.errors import UserError
from mevis.registry import TRACK_SOURCES
from mevis.structures import InstanceMasks, VideoFrames
from mevis.track_sources import read_instance_masks

FindTracks = Callable[[VideoFrames], InstanceMasks]
EMBEDDED = ('motion', 'dvis')


def chosen_tracks(name: str, device: str | None = None) -> FindTracks:
    """The source of tracks that a user names.

    Args:
        name: ``motion``, ``dvis`` (the small one that comes with mevis), a file that
            :func:`read_instance_masks` reads, or a folder that holds ``<video>.json``.
        device: Of DVIS.

    Raises:
        UserError: If it is none of these.
    """
    if name == 'motion':
        return TRACK_SOURCES.build(dict(type='MotionTracks'))
    if name == 'dvis':
        files = dict(config=str(DVIS_CONFIG), checkpoint=str(DVIS_WEIGHTS))
        return TRACK_SOURCES.build(dict(type='DVISTracks', **files)).to(device or 'cpu')
    path = expanded(name)
    if path.is_dir():
        return lambda video: _of_file(path / f'{video.name}.json', video)
    if not path.is_file():
        known = ', '.join(EMBEDDED)
        raise UserError(f'--tracks {name}: neither a file or folder of tracks nor one of {known}.')
    return lambda video: _of_file(path, video)


def _of_file(path: Path, video: VideoFrames) -> InstanceMasks:
    """The tracks of a file in the frames that are looked at."""
    indices = video.frame_indices or range(len(video))
    whole = list(indices) == list(range(len(video)))
    number = len(video) if whole else None
    found = read_instance_masks(path, video.size, num_frames=number, name=video.name)
    return InstanceMasks(
        [_at(track, indices) for track in found.rles],
        found.scores,
        found.categories,
        found.size,
        ids=found.ids,
    )


def _at(track: Sequence, indices: Sequence[int]) -> list:
    return [track[index] if index < len(track) else None for index in indices]
