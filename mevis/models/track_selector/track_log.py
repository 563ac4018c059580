"""What a stream remembers of its tracks: where they were, and a few of their pictures.

Shapes: Q tracks of the stream, K of them that are instances, T frames so far.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from mevis.structures import ClipTracks, InstanceMasks, Trajectories
from mevis.structures.mask_rle import Rle
from mevis.structures.streaming import StreamFrame
from mevis.structures.trajectories import times_of


class TrackLog:
    """The trajectories of a video so far; 21 bytes per frame and track, no mask.

    Args:
        size: (H, W) of the video.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._boxes: list[Tensor] = []
        self._areas: list[Tensor] = []

    def add(self, index: int, rles: Sequence[Rle | None]) -> None:
        """Notes where the Q tracks are in a frame; they are absent in frames that were skipped."""
        instances = _instances([[rle] for rle in rles], self._size)
        here = Trajectories.from_instances(instances, [0], 1)
        while len(self._boxes) < index:
            self._boxes.append(torch.zeros_like(here.boxes))
            self._areas.append(torch.zeros_like(here.areas))
        self._boxes.append(here.boxes)
        self._areas.append(here.areas)

    def of(self, tracks: Sequence[int]) -> Trajectories:
        """Trajectories (K, T) of some tracks."""
        chosen, count = list(tracks), len(self._boxes)
        boxes, areas = (torch.cat(parts, 1)[chosen] for parts in (self._boxes, self._areas))
        times = times_of(range(count), count)
        return Trajectories(boxes, areas, areas > 0, times, self._size, tuple(range(len(chosen))))


class KeptFrames:
    """Some frames of a video so far, evenly spread, with the masks of the tracks in them.

    Every frame is kept at first; when there are too many, every second is dropped, and from then
    on only frames at twice the spacing are kept.

    Args:
        wanted: Frames that will be asked for.
        most: Frames that are kept at most.
    """

    def __init__(self, wanted: int, most: int | None = None) -> None:
        self._wanted = wanted
        self._most = most or 4 * wanted
        self._spacing = 1
        self._count = 0
        self._kept: dict[int, tuple[StreamFrame, Sequence[Rle | None]]] = {}

    def add(self, frame: StreamFrame, rles: Sequence[Rle | None]) -> None:
        """Takes the next frame."""
        if self._count % self._spacing == 0:
            self._kept[self._count] = frame, rles
        self._count += 1
        if len(self._kept) > self._most:
            self._spacing *= 2
            self._kept = {n: one for n, one in self._kept.items() if n % self._spacing == 0}

    def clip(self, tracks: Sequence[int]) -> tuple[Tensor, ClipTracks]:
        """Frames (t, 3, h, w) uint8 from the first to the last, and some tracks in them."""
        number = min(self._count, self._wanted)
        places = torch.linspace(0, self._count - 1, number).round().int().tolist()
        held = list(self._kept)
        nearest = [min(held, key=lambda n, place=place: abs(n - place)) for place in places]
        frames = [self._kept[place][0] for place in nearest]
        rles = [[self._kept[place][1][track] for place in nearest] for track in tracks]
        total = max(frame.index for frame, _ in self._kept.values()) + 1
        shape = tuple(frames[0].inputs.shape[-2:])
        instances = _instances(rles, frames[0].size)
        in_clip = ClipTracks(
            instances.rles,
            instances.scores,
            instances.categories,
            instances.size,
            times=times_of([frame.index for frame in frames], total),
            img_shape=shape,
            canvas=shape,
        )
        return torch.stack([frame.inputs for frame in frames]), in_clip


def _instances(rles: Sequence[Sequence[Rle | None]], size: tuple[int, int]) -> InstanceMasks:
    return InstanceMasks(rles, [1.0] * len(rles), [-1] * len(rles), size)
