"""The base by the smallest model that it can be the base of."""

import mmengine.registry
import numpy as np
import pytest
import torch
from torch import nn

import mevis.models  # noqa: F401 - registers the preprocessor
from mevis.errors import UserError
from mevis.models.base_segmentor import BaseRefVidSegmentor
from mevis.models.drawn_answer import DrawnAnswer
from mevis.refiners import MaskRefiner
from mevis.registry import REFINERS, TRACK_SOURCES
from mevis.structures import InstanceMasks, decode_rle, encode_rle
from mevis.testing.small_mutr import random_video, video_sample
from mevis.track_sources import TrackSource


@REFINERS.register_module()
class BaseTestRefiner(MaskRefiner):
    """Notes what it is given and empties the mask of odd frames."""

    chunk_size = 2

    def __init__(self) -> None:
        super().__init__()
        self.seen = []

    def refine_chunk(self, images, masks, context):
        self.seen.append((context.exp_ids, context.frame_names, images[:, 0, 0, 0].tolist()))
        odd = torch.tensor([int(name) % 2 == 1 for name in context.frame_names])
        return masks & ~odd[:, None, None]


@TRACK_SOURCES.register_module()
class BaseTestTracks(TrackSource):
    """One track: the whole picture where its first pixel is not black."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, video):
        self.calls += 1
        pixels = video.read(range(len(video)))[:, :1, :1, 0] > 0
        masks = np.broadcast_to(pixels, (len(video), *video.size))
        return InstanceMasks([encode_rle(masks)], [1.0], [-1], video.size)


class BrightSegmentor(BaseRefVidSegmentor):
    """Answers with what is bright."""

    def __init__(self, refiner='IdentityRefiner', presence=0.7, **options):
        super().__init__(dict(type='RefVidSegDataPreprocessor'), dict(type=refiner), **options)
        self.presence = presence
        self.encoded = []

    def loss(self, clips, padding_mask, samples):
        return {'loss': clips.mean()}

    def encode_video(self, video, sample):
        self.encoded.append(sample)
        grey = self.data_preprocessor.normalize(video).mean(1, keepdim=True)
        return nn.functional.avg_pool2d(grey, 4)[:, 0], tuple(sample.ori_shape)

    def answer(self, video, expression):
        level, size = video
        return DrawnAnswer(0.7, self.presence, lambda: level, size, chunk_size=self.chunk_size)


@pytest.fixture(autouse=True)
def scope():
    mmengine.registry.init_default_scope('mevis')


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match='knows "loss" and "predict"'):
        BrightSegmentor()(None, None, mode='tensor')


def predict(model, num_frames=5, texts=('a', 'b'), ori_shape=(128, 192)):
    sample = video_sample(num_frames, texts=texts, times=[3 * t for t in range(num_frames)])
    sample.set_metainfo(dict(ori_shape=ori_shape))
    frames = np.arange(num_frames, dtype=np.uint8)[:, None, None, None]
    sample.read_frames = lambda positions: np.broadcast_to(
        frames[list(positions)], (len(positions), *ori_shape, 3)
    )
    with torch.no_grad():
        model.eval()([random_video(num_frames)], [sample], mode='predict')
    return sample


def masks_of(prediction, size=(128, 192)):
    return decode_rle(prediction.rles, size, 'prediction')


def test_every_expression_is_answered_about_a_video_that_is_encoded_once():
    model = BrightSegmentor()
    sample = predict(model, texts=('a', 'b', 'c'))
    assert [(p.exp_id, p.text) for p in sample.predictions] == [('0', 'a'), ('1', 'b'), ('2', 'c')]
    assert model.encoded == [sample]
    assert sample.predictions[0].score == pytest.approx(0.7)
    assert sample.predictions[0].presence == pytest.approx(0.7)
    assert masks_of(sample.predictions[0]).any()


def test_an_expression_that_means_nothing_gets_empty_masks():
    below, above = (
        predict(BrightSegmentor(presence_threshold=threshold)).predictions[0]
        for threshold in (0.8, 0.7)
    )
    assert not masks_of(below).any()
    assert masks_of(above).any()
    assert below.presence == pytest.approx(0.7)


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
@pytest.mark.parametrize('part', ['presence', 'mask logits'])
def test_an_answer_that_is_not_finite_is_an_error(monkeypatch, part, value):
    model = BrightSegmentor(presence=value if part == 'presence' else 0.7)
    model.weights_file = 'spoiled.pth'
    if part == 'mask logits':
        level = torch.full((5, 8, 8), value)
        monkeypatch.setattr(model, 'encode_video', lambda video, sample: (level, (128, 192)))
    message = r'video \S+, expression 0: .*BrightSegmentor with spoiled\.pth is not finite'
    with pytest.raises(UserError, match=message):
        predict(model)


def test_tracks_are_looked_for_once_per_video_where_the_data_has_none():
    model = BrightSegmentor(track_source=dict(type='BaseTestTracks'))
    sample = predict(model, texts=('a', 'b', 'c'))
    assert model.track_source.calls == 1
    assert sample.instances.num_frames == sample.num_video_frames == 13
    present = sample.instances.decode(range(13))[0].flatten(1).any(-1)
    assert present.nonzero().flatten().tolist() == [3, 6, 9, 12]


def test_tracks_of_the_data_set_are_kept():
    model = BrightSegmentor(track_source=dict(type='BaseTestTracks'))
    sample = video_sample(2)
    sample.instances = InstanceMasks([], [], [], (64, 96))
    with torch.no_grad():
        model([random_video(2)], [sample], mode='predict')
    assert model.track_source.calls == 0
    assert len(sample.instances) == 0


def test_the_refiner_gets_all_expressions_with_the_frames_and_names_of_its_chunk():
    model = BrightSegmentor(refiner='BaseTestRefiner')
    sample = predict(model, 5)
    names = [f'{3 * t:05d}' for t in range(5)]
    assert model.refiner.seen == [
        (['0', '1'], names[:2], [0, 1]),
        (['0', '1'], names[2:4], [2, 3]),
        (['0', '1'], names[4:], [4]),
    ]
    areas = masks_of(sample.predictions[1]).sum((1, 2))
    assert (areas[[0, 2, 4]] > 0).all()
    assert not areas[[1, 3]].any()


def test_the_engine_can_train_it():
    clips = torch.randn(1, 2, 3, 64, 96)
    losses = BrightSegmentor()(clips, [video_sample(2)], 'loss')
    assert set(losses) == {'loss'}
