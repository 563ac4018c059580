"""Instance tracks of one video."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mevis.structures.mask_coverage import cover_cells
from mevis.structures.mask_rle import Rle, decode_rle

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class InstanceMasks:
    """K tracks of one video, whatever made them (DVIS, annotations, files).

    Attributes:
        rles: K lists with one COCO RLE (or None: absent) per frame of the *video*
            (of the clip, after :meth:`at`).
        scores: K scores in [0, 1], falling.
        categories: K category indices, -1 where there is none.
        size: (H, W) of the RLEs, the original size of the video.
        flipped: Whether the masks are to be mirrored left to right when decoded.
        ids: K names of the tracks in the file that they come from; None: their places, 0..K-1.
    """

    rles: Sequence[Sequence[Rle | None]]
    scores: Sequence[float]
    categories: Sequence[int]
    size: tuple[int, int]
    flipped: bool = False
    ids: Sequence[int | str] | None = None

    def __len__(self) -> int:
        return len(self.rles)

    @property
    def num_frames(self) -> int:
        """Frames of the video; 0 without any track."""
        return len(self.rles[0]) if self.rles else 0

    def top(self, num_instances: int) -> 'Self':
        """The first ``num_instances`` tracks by score, ties in file order."""
        order = np.argsort(-np.asarray(self.scores, dtype=np.float64), kind='stable')[
            :num_instances
        ]
        return self.take(order)

    def take(self, chosen: Sequence[int]) -> 'Self':
        """Some of the tracks, given by their places."""
        lists = {
            name: [getattr(self, name)[k] for k in chosen]
            for name in ('rles', 'scores', 'categories')
        }
        ids = None if self.ids is None else [self.ids[k] for k in chosen]
        return replace(self, **lists, ids=ids)

    def at(self, frame_indices: Sequence[int]) -> 'Self':
        """The tracks in the frames of a clip, given by their indices in the video."""
        rles = [[track[index] for index in frame_indices] for track in self.rles]
        return replace(self, rles=rles)

    def spread(self, frame_indices: Sequence[int], num_video_frames: int) -> 'InstanceMasks':
        """Tracks of some frames as tracks of the whole video, absent in its other frames.

        Args:
            frame_indices: Where the T frames of the tracks are in the video.
            num_video_frames: Frames of the video.
        """
        place = {index: position for position, index in enumerate(frame_indices)}
        rles = [
            [track[place[i]] if i in place else None for i in range(num_video_frames)]
            for track in self.rles
        ]
        return replace(self, rles=rles)

    def decode(self, frame_indices: Sequence[int], size: tuple[int, int] | None = None) -> Tensor:
        """Decodes the tracks in some frames.

        Args:
            frame_indices: T indices into the frames of the video.
            size: (h, w) to resize to (nearest);
                the original size if None.

        Returns:
            (K, T, h, w) bool.
        """
        out_size = size or self.size
        masks = torch.zeros(len(self), len(frame_indices), *out_size, dtype=torch.bool)
        for k, track in enumerate(self.rles):
            frames = decode_rle([track[t] for t in frame_indices], self.size, f'instance {k}')
            mask = torch.from_numpy(frames)
            if tuple(out_size) != tuple(self.size):
                mask = (
                    F.interpolate(mask[None].float(), size=out_size, mode='nearest-exact')[0] > 0.5
                )
            masks[k] = mask.flip(-1) if self.flipped else mask
        return masks

    def cover(self, index: int, frame: int, grid: tuple[int, int]) -> Tensor:
        """Share of each cell of a grid (h, w) that a track covers in a frame, float in [0, 1]."""
        shares = cover_cells(self.rles[index][frame], self.size, grid, f'instance {index}')
        covered = torch.from_numpy(shares)
        return covered.flip(-1) if self.flipped else covered

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            'size': list(self.size),
            'scores': list(self.scores),
            'categories': list(self.categories),
            'rles': [list(track) for track in self.rles],
            **({} if self.ids is None else {'ids': list(self.ids)}),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> 'InstanceMasks':
        """Inverse of :meth:`to_dict`."""
        size, ids = tuple(data['size']), data.get('ids')
        return cls(data['rles'], data['scores'], data['categories'], size, ids=ids)
