"""The contract of sources of tracks."""

from abc import ABCMeta, abstractmethod
from pathlib import Path

from torch import nn

from mevis.errors import UserError
from mevis.structures import InstanceMasks, VideoFrames
from mevis.structures.streaming import TrackStream


class TrackSource(nn.Module, metaclass=ABCMeta):
    """Finds the instances of a video; knows nothing of any sentence.

    What it gives is what ``tools/extract_instance_masks.py`` writes to files: whoever reads tracks
    does not care which source they come from.
    """

    def weight_files(self) -> list[Path]:
        """Files beside the checkpoint of a model on which the tracks depend.

        Raises:
            UserError: If one is missing; asked before a test or an extraction begins.
        """
        return []

    @abstractmethod
    def forward(self, video: VideoFrames) -> InstanceMasks:
        """Finds tracks.

        Args:
            video: The frames, at their original size.

        Returns:
            K tracks, scores falling, one RLE (or None: absent) per frame of ``video``; K = 0 is
            valid.
        """

    def stream(self) -> TrackStream:
        """Opens a video whose frames come one after another.

        Raises:
            UserError: If the source looks at whole videos only.
        """
        raise UserError(
            f'{type(self).__name__} finds tracks in whole videos only. For a video that still goes'
            ' on, name the config of an online DVIS: model.track_source.type=DVISTracks'
            ' model.track_source.config=CONFIG model.track_source.checkpoint=WEIGHTS.'
        )
