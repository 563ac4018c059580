"""Instance tracks in the frames of one clip, and how they lie over what a model sees."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from torch import Tensor

from mevis.structures.instance_masks import InstanceMasks
from mevis.structures.trajectories import Trajectories, times_of

ClipReader = Callable[[Sequence[int]], Tensor]


@dataclass(frozen=True)
class ClipTracks(InstanceMasks):
    """K tracks of a video in the T frames of a clip that a model looks at.

    The masks cover ``img_shape``, the upper left part of ``canvas``; what else is there is padding.

    Attributes:
        times: (T,) float32, places of the frames in the video, 0 for its first frame and 1 for
            its last.
        img_shape: (h, w) of the model's frames without padding, pixels.
        canvas: (H, W) with padding, pixels.
        read: Positions within the clip -> frames (t, 3, h, w), normalised, without padding;
            None where there are no frames to look at.
    """

    times: Tensor = field(kw_only=True, compare=False)
    img_shape: tuple[int, int] = field(kw_only=True)
    canvas: tuple[int, int] = field(kw_only=True)
    read: ClipReader | None = field(kw_only=True, default=None, compare=False, repr=False)

    @classmethod
    def of(
        cls,
        video: InstanceMasks,
        frame_indices: Sequence[int],
        num_video_frames: int,
        img_shape: tuple[int, int],
        canvas: tuple[int, int],
        read: ClipReader | None = None,
    ) -> 'ClipTracks':
        """The tracks of a video in the frames of a clip.

        Args:
            video: Tracks, one RLE (or None) per frame of the video.
            frame_indices: T indices into the frames of the video.
            num_video_frames: Frames of the whole video.
            img_shape: (h, w) of the model's frames without padding.
            canvas: (H, W) with padding.
            read: Reads the model's frames.
        """
        return cls(
            **_values(video.at(frame_indices)),
            times=times_of(frame_indices, num_video_frames),
            img_shape=tuple(img_shape),
            canvas=tuple(canvas),
            read=read,
        )

    @classmethod
    def filling(cls, tracks: InstanceMasks) -> 'ClipTracks':
        """Tracks in the frames of a clip of which nothing else is known.

        They are taken to fill the model's input, and the frames to be evenly spread.
        """
        if isinstance(tracks, cls):
            return tracks
        times = times_of(range(tracks.num_frames), tracks.num_frames)
        return cls(**_values(tracks), times=times, img_shape=tracks.size, canvas=tracks.size)

    def at(self, frame_indices: Sequence[int]) -> 'ClipTracks':
        """The tracks in some of the frames, given by their places in the clip."""
        places, read = list(frame_indices), self.read

        def read_chosen(positions: Sequence[int]) -> Tensor:
            return read([places[position] for position in positions])

        chosen = super().at(places)
        return replace(chosen, times=self.times[places], read=None if read is None else read_chosen)

    def trajectories(self) -> Trajectories:
        """Boxes, areas and visibility in the frames of the clip."""
        count = len(self.times)
        return replace(Trajectories.from_instances(self, range(count), count), times=self.times)

    def seen(self) -> Tensor:
        """(K, T) bool: whether a track is there."""
        return self.trajectories().visible


def _values(tracks: InstanceMasks) -> dict[str, Any]:
    return {entry.name: getattr(tracks, entry.name) for entry in fields(InstanceMasks)}
