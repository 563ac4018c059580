"""One object on its way through a video."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from mevis.track_sources.motion.appearance import Appearance
from mevis.track_sources.motion.regions import Region

_FORESIGHT = 8
_MEMORY = 12
_FIRST_VELOCITY_FRAMES = 2
_WHOLE = 0.7


@dataclass
class Track:
    """What is known of an object so far.

    Places are pixels of the current frame; the path does not hold what the camera does.

    Attributes:
        regions: Its pixels, by the frame's position.
        look: Its shape and colours when it was last seen whole.
        centre: Where it is now, seen or guessed, (x, y).
        sizes: (width, height, area) of the last regions that were its own alone.
        path: (frame, x, y) of each frame in which it was seen whole, the camera's motion taken out.
        camera: What the camera's motion has added to its place since it began, (x, y).
        missed: Frames since it was last seen.
    """

    regions: dict[int, Region]
    look: Appearance
    centre: np.ndarray
    sizes: deque[tuple[float, float, int]] = field(default_factory=lambda: deque(maxlen=_MEMORY))
    path: list[tuple[int, float, float]] = field(default_factory=list)
    camera: np.ndarray = field(default_factory=lambda: np.zeros(2))
    missed: int = 0

    @classmethod
    def starting(cls, frame: int, region: Region, picture: np.ndarray) -> 'Track':
        """A track of one region of a picture (H, W, 3) uint8."""
        track = cls({frame: region}, Appearance.of(region, picture), region.centre)
        track.path.append((frame, *region.centre))
        track.sizes.append((*region.size, region.area))
        return track

    @property
    def velocity(self) -> np.ndarray:
        """Pixels per frame, (x, y), over the last frames in which it was seen whole."""
        recent = np.array(self.path[-_FORESIGHT:])
        if len(recent) < _FIRST_VELOCITY_FRAMES:
            return np.zeros(2)
        frames = recent[:, 0] - recent[:, 0].mean()
        return (frames[:, None] * recent[:, 1:]).sum(axis=0) / (frames**2).sum()

    @property
    def travel(self) -> float:
        """How far it came from where it began, at most, the camera's motion taken out; pixels."""
        places = np.array(self.path)[:, 1:]
        beginning = places[: max(1, len(places) // 8)].mean(axis=0)
        return float(np.linalg.norm(places - beginning, axis=1).max())

    @property
    def extent(self) -> float:
        """Its typical size: the root of its median area, pixels."""
        return float(np.sqrt(np.median([region.area for region in self.regions.values()])))

    def predict(self, step: np.ndarray) -> None:
        """Moves it to where it should be in the next frame.

        Args:
            step: (3, 3) homography from the last frame to the next.
        """
        x, y, w = step @ (*self.centre, 1.0)
        moved = np.array([x / w, y / w])
        self.camera += moved - self.centre
        self.centre = moved + self.velocity

    def guess(self) -> Region:
        """Its pixels if it looks as it last did."""
        return self.look.shape.moved_to(self.centre)

    def see(self, frame: int, region: Region, picture: np.ndarray) -> None:
        """Takes a region of a picture (H, W, 3) uint8 that is its own alone."""
        self.regions[frame] = region
        self.missed = 0
        largest = max(area for _, _, area in self.sizes)
        self.sizes.append((*region.size, region.area))
        if region.area < _WHOLE * largest:
            # Half hidden: the middle of what is left is not that of the object.
            found, sure = self.look.find(picture, self.centre)
            self.centre = found if sure else (self.centre + region.centre) / 2
            return
        self.look, self.centre = Appearance.of(region, picture), region.centre
        self.path.append((frame, *(region.centre - self.camera)))

    def share(self, frame: int, part: Region | None, centre: np.ndarray) -> None:
        """Takes its part of a region that holds other objects too.

        Args:
            frame: The frame's position.
            part: Its pixels; None if it is hidden.
            centre: Where its box is.
        """
        self.centre = centre
        if part is None:
            self.missed += 1
            return
        self.missed = 0
        self.regions[frame] = part

    def miss(self) -> None:
        """Notes that it is not there."""
        self.missed += 1
