"""The former name of :mod:`mevis.apis.inference.video_source`; goes with version 1.0."""

from mevis.apis.inference.video_source import open_video

__all__ = ['open_video']
