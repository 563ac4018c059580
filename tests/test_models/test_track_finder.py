"""A source of tracks as a model."""

import numpy as np
import pytest
from mmengine.registry import DefaultScope

from mevis.datasets.transforms import OpenClipFrames, PackRefVidSegInputs
from mevis.registry import MODELS, TRACK_SOURCES
from mevis.structures import InstanceMasks, VideoFrames, encode_rle
from mevis.testing.tiny_mevis import TINY_SIZE, write_tiny_mevis
from mevis.track_sources import TrackSource


@pytest.fixture
def finder():
    class WholeFrames(TrackSource):
        def forward(self, video: VideoFrames) -> InstanceMasks:
            masks = np.stack([video.read([t])[0].any(-1) for t in range(len(video))])
            return InstanceMasks([encode_rle(masks)], [0.5], [-1], video.size)

    with DefaultScope.overwrite_default_scope('mevis'):
        TRACK_SOURCES.register_module(module=WholeFrames)
        try:
            preprocessor = dict(type='RefVidSegDataPreprocessor')
            source = dict(type='WholeFrames')
            config = dict(type='TrackFinder', source=source, data_preprocessor=preprocessor)
            yield MODELS.build(config)
        finally:
            TRACK_SOURCES.module_dict.pop('WholeFrames')


def test_frames_are_read_by_the_source_alone(finder, tmp_path):
    folder = write_tiny_mevis(tmp_path) / 'JPEGImages/bird'
    names = [f'{t:05d}' for t in range(6)]
    results = OpenClipFrames()(
        dict(
            video='bird',
            frame_names=names,
            frame_paths=[str(folder / f'{name}.jpg') for name in names],
            frame_indices=list(range(6)),
            num_video_frames=6,
            expressions=[],
            test_mode=True,
        )
    )
    packed = PackRefVidSegInputs()(results)
    assert packed['inputs'].numel() == 0
    batch = {'inputs': [packed['inputs']], 'data_samples': [packed['data_samples']]}
    (sample,) = finder.test_step(batch)
    assert sample.pred_instances.size == TINY_SIZE
    assert sample.pred_instances.decode(range(6)).all()
    with pytest.raises(ValueError, match='not trained'):
        finder(batch['inputs'], batch['data_samples'], mode='loss')
