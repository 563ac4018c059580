"""Tracks of what moves, found without any weights."""

from collections.abc import Mapping

import cv2
import numpy as np

from mevis.registry import TRACK_SOURCES
from mevis.structures import InstanceMasks, VideoFrames
from mevis.track_sources.base import TrackSource
from mevis.track_sources.motion.association import Associator
from mevis.track_sources.motion.background import Background, build_background
from mevis.track_sources.motion.camera_motion import CameraPath, CameraTracker
from mevis.track_sources.motion.foreground import foreground
from mevis.track_sources.motion.ghosts import without_ghosts
from mevis.track_sources.motion.regions import regions_of
from mevis.track_sources.motion.track import Track
from mevis.track_sources.motion.working_frames import WorkingFrames

_FEWEST_SAMPLES = 5
_SMALLEST_REGION = 12
_NEIGHBOURHOOD = 4
_FAR_TRAVEL = 3.0
Samples = Mapping[int, np.ndarray]


@TRACK_SOURCES.register_module()
class MotionTracks(TrackSource):
    """Moving objects: what differs from the background once the camera's motion is taken out.

    The video is read twice, chunk by chunk: for the motion of the camera and samples of the
    background, and for what is in front of it.  Between the two ``max_samples`` small frames are
    kept, however long the video is.

    What rests all the time is not found.  Objects that never part are one track.

    Args:
        long_side: Pixels of the longer side at which motion is looked for.
        max_samples: Frames that are kept to make backgrounds of.
        background_frames: Frames that one background is the median of.
        min_area: Share of the picture that an object covers at least.
        min_frames: Frames in which an object is seen at least.
        min_travel: How far an object goes at least, as a multiple of the root of its area.
        max_gap: Frames for which an object may be hidden.
        max_tracks: Tracks at most, those with the best scores.
    """

    def __init__(
        self,
        long_side: int = 480,
        max_samples: int = 200,
        background_frames: int = 31,
        min_area: float = 0.0003,
        min_frames: int = 5,
        min_travel: float = 0.75,
        max_gap: int = 12,
        max_tracks: int = 50,
    ) -> None:
        super().__init__()
        self.long_side = long_side
        self.max_samples = max_samples
        self.background_frames = background_frames
        self.min_area = min_area
        self.min_frames = min_frames
        self.min_travel = min_travel
        self.max_gap = max_gap
        self.max_tracks = max_tracks

    def forward(self, video: VideoFrames) -> InstanceMasks:
        """Finds what moves."""
        frames = WorkingFrames(video, self.long_side)
        tracks = self._follow(frames, *self._survey(frames, len(video)))
        scored = [(self._score(track, len(video)), track) for track in tracks]
        scored.sort(key=lambda pair: -pair[0])
        best = [pair for pair in scored if pair[0] > 0][: self.max_tracks]
        rles = [[None] * len(video) for _ in best]
        for track_rles, (_, track) in zip(rles, best, strict=True):
            for position, region in track.regions.items():
                track_rles[position] = frames.full_size(region)
        return InstanceMasks(
            rles, [score for score, _ in best], [-1] * len(best), tuple(video.size)
        )

    def _survey(self, frames: WorkingFrames, count: int) -> tuple[CameraPath, Samples]:
        """The camera's motion, and frames from all over the video."""
        tracker, samples = CameraTracker(), {}
        stride = -(-count // self.max_samples)
        for position, frame in enumerate(frames):
            tracker.add(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY))
            begins = position - tracker.path.shot(position) < _FEWEST_SAMPLES
            if position % stride == 0 or (begins and len(samples) < 2 * self.max_samples):
                samples[position] = frame
        return tracker.path, samples

    def _follow(self, frames: WorkingFrames, camera: CameraPath, samples: Samples) -> list[Track]:
        """Compares each frame with its background and carries tracks from frame to frame."""
        associator, stream = Associator(self.max_gap), iter(frames)
        smallest = max(_SMALLEST_REGION, int(self.min_area * np.prod(frames.size)))
        for segment in camera.segments():
            if camera.keys[segment[0]] == segment[0]:
                associator.end_all()
            near = self._near(segment, camera, samples)
            if len(near) < _FEWEST_SAMPLES:
                for _ in segment:
                    next(stream)
                continue
            slack = 0 if all(camera.is_still(position) for position in [*near, *segment]) else 1
            background = self._background(segment, camera, samples, near, slack, smallest)
            for position in segment:
                frame = next(stream)
                view = background.seen_from(camera.to_key[position], frames.size)
                regions = regions_of(*foreground(frame, view, slack), smallest)
                associator.add(position, regions, camera.step(position), frame)
        associator.end_all()
        return associator.ended

    def _near(self, segment: range, camera: CameraPath, samples: Samples) -> list[int]:
        """Positions of samples of the same shot, from the segment and around it."""
        shot, middle = camera.shot(segment[0]), (segment[0] + segment[-1]) / 2
        near = sorted(
            (position for position in samples if camera.shot(position) == shot),
            key=lambda position: abs(position - middle),
        )
        wide = sorted(near[: _NEIGHBOURHOOD * self.background_frames])
        places = np.linspace(0, len(wide) - 1, min(len(wide), self.background_frames))
        return [wide[round(place)] for place in places]

    def _background(
        self,
        segment: range,
        camera: CameraPath,
        samples: Samples,
        near: list[int],
        slack: int,
        smallest: int,
    ) -> Background:
        key = camera.keys[segment[0]]
        median = build_background(
            [samples[position] for position in near],
            [camera.between(position, key) for position in near],
            [camera.to_key[position] for position in segment],
        )
        return without_ghosts(*median, slack, smallest)

    def _score(self, track: Track, num_frames: int) -> float:
        """Confidence in [0, 1]: grows with the time seen and the distance moved; 0 for flicker."""
        travel = track.travel / max(track.extent, 1.0)
        if len(track.regions) < self.min_frames or travel < self.min_travel:
            return 0.0
        return float(np.sqrt(len(track.regions) / num_frames) * min(1.0, travel / _FAR_TRAVEL))
