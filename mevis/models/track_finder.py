"""A source of tracks as a model, so that a whole split can be extracted with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.model import BaseModel

from mevis.registry import MODELS, TRACK_SOURCES
from mevis.structures import RefVidSegDataSample, VideoFrames


@MODELS.register_module()
class TrackFinder(BaseModel):
    """Answers each video with the tracks of a source; there is nothing to train.

    Args:
        source: Config of the source.
        data_preprocessor: Config of the preprocessor; its frames are not looked at.
        init_cfg: Of mmengine.
    """

    def __init__(
        self,
        source: Mapping[str, Any],
        data_preprocessor: Mapping[str, Any],
        init_cfg: Any = None,
    ) -> None:
        super().__init__(data_preprocessor=dict(data_preprocessor), init_cfg=init_cfg)
        self.source = TRACK_SOURCES.build(source)

    def forward(
        self, inputs: Any, data_samples: Sequence[RefVidSegDataSample], mode: str = 'predict'
    ) -> list[RefVidSegDataSample]:
        """Finds the tracks of videos.

        Args:
            inputs: Unused: a source reads the frames itself, as it needs them.
            data_samples: With ``read_frames``.
            mode: ``predict``.

        Returns:
            The samples with ``pred_instances``.

        Raises:
            ValueError: If the mode is another one.
        """
        if mode != 'predict':
            raise ValueError(f'mode {mode!r}: a source of tracks is not trained, only "predict".')
        for sample in data_samples:
            size = tuple(sample.ori_shape)
            video = VideoFrames(
                sample.video, sample.frame_names, size, sample.read_frames, sample.frame_indices
            )
            sample.pred_instances = self.source(video)
        return list(data_samples)
