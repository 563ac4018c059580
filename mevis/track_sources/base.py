"""The contract of sources of tracks."""

from abc import ABCMeta, abstractmethod
from pathlib import Path

from torch import nn

from mevis.structures import InstanceMasks, VideoFrames


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
