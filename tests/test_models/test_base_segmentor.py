"""The base by the smallest model that it can be the base of."""

from collections.abc import Iterator
from dataclasses import dataclass

import mmengine.registry
import numpy as np
import pytest
import torch
from torch import Tensor, nn

import mevis.models  # noqa: F401 - registers the preprocessor
from mevis.models.backbones import ClipBackbone
from mevis.models.base_segmentor import BaseRefVidSegmentor
from mevis.refiners import MaskRefiner
from mevis.registry import MODELS, REFINERS
from mevis.structures import decode_rle
from mevis.testing.small_mutr import random_video, video_sample


@MODELS.register_module()
class BaseTestImageBackbone(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def forward(self, images):
        self.calls.append(len(images))
        grey = images.mean(1, keepdim=True)
        return [nn.functional.avg_pool2d(grey, stride) for stride in (4, 8, 16, 32)]


@MODELS.register_module()
class BaseTestClipBackbone(ClipBackbone):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[int, ...]] = []

    def forward(self, clips):
        self.calls.append(tuple(clips.shape[:2]))
        grey = clips.mean(2).flatten(0, 1)[:, None]
        return [nn.functional.avg_pool2d(grey, stride) for stride in (4, 8, 16, 32)]


@REFINERS.register_module()
class BaseTestRefiner(MaskRefiner):
    """Notes what it is given and empties the mask of odd frames."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = []

    def forward(self, frames, masks, context):
        last = frames([len(masks) - 1])
        self.seen.append((context.exp_id, list(context.frame_names), int(last[0, 0, 0, 0])))
        odd = torch.tensor([int(name) % 2 == 1 for name in context.frame_names])
        return masks & ~odd[:, None, None]


@dataclass
class Bright:
    """Query 1 answers with the brightness of the frames; query 0 with nothing."""

    level: Tensor
    scores: Tensor

    def mask_logits(self, query: int) -> Iterator[Tensor]:
        yield self.level[:, :2, 0] if query == 1 else torch.zeros_like(self.level[:, :2, 0])
        if self.level.shape[1] > 2:
            yield self.level[:, 2:, 0]


class BrightSegmentor(BaseRefVidSegmentor):
    def __init__(self, backbone='BaseTestImageBackbone', refiner='IdentityRefiner', **options):
        super().__init__(
            dict(type=backbone),
            dict(type='RefVidSegDataPreprocessor'),
            dict(type=refiner),
            **options,
        )
        self.encoded = []

    def loss(self, clips, padding_mask, samples):
        return {'loss': self.encode_frames(clips)[0].mean()}

    def encode_video(self, clips, padding_mask, samples):
        self.encoded.append(samples)
        return self.encode_frames(clips)[0]

    def answer(self, video, expression):
        return Bright(video, torch.tensor([[0.2, 0.7]] * len(video)))


@pytest.fixture(autouse=True)
def scope():
    mmengine.registry.init_default_scope('mevis')


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match='knows "loss" and "predict"'):
        BrightSegmentor()(None, None, mode='tensor')


def test_frames_go_through_the_backbone_in_chunks_in_testing_only():
    model = BrightSegmentor(chunk_size=3).eval()
    clips = random_video(7)[None]
    chunked = model.encode_frames(clips)
    assert model.backbone.calls == [3, 3, 1]
    model.train()
    whole = model.encode_frames(clips)
    assert model.backbone.calls[3:] == [7]
    assert [tuple(x.shape) for x in whole] == [(1, 7, 1, 64 // s, 96 // s) for s in (4, 8, 16, 32)]
    for one, other in zip(chunked, whole, strict=True):
        torch.testing.assert_close(one, other)


def test_a_backbone_of_clips_sees_whole_clips():
    model = BrightSegmentor('BaseTestClipBackbone', chunk_size=2).eval()
    levels = model.encode_frames(torch.stack((random_video(5), random_video(5, seed=1))))
    assert model.backbone.calls == [(2, 5)]
    assert levels[0].shape == (2, 5, 1, 16, 24)


def predict(model, num_frames=5, texts=('a', 'b'), ori_shape=(128, 192)):
    sample = video_sample(num_frames, texts=texts, times=[3 * t for t in range(num_frames)])
    sample.set_metainfo(dict(ori_shape=ori_shape))
    frames = np.arange(num_frames, dtype=np.uint8)[:, None, None, None]
    sample.read_frames = lambda positions: np.broadcast_to(
        frames[positions], (len(positions), *ori_shape, 3)
    )
    with torch.no_grad():
        model.eval()([random_video(num_frames)], [sample], mode='predict')
    return sample


def masks_of(prediction, size=(128, 192)):
    return decode_rle(prediction.rles, size, 'prediction')


def test_the_best_query_answers_at_the_original_size():
    sample = predict(BrightSegmentor())
    assert [(p.exp_id, p.text) for p in sample.predictions] == [('0', 'a'), ('1', 'b')]
    model = BrightSegmentor()
    level = model.encode_frames(random_video(5)[None])[0][0, :, 0]
    logits = nn.functional.interpolate(level[:, None], (128, 192), mode='bilinear')[:, 0]
    assert (masks_of(sample.predictions[0]) == (logits > 0).numpy()).all()
    assert sample.predictions[0].score == pytest.approx(0.7)


@pytest.mark.parametrize('options', [dict(chunk_size=1), dict(clip_length=2), dict(chunk_size=3)])
def test_chunks_and_clips_of_a_per_frame_model_change_nothing(options):
    rles = [[p.rles for p in predict(BrightSegmentor(**o)).predictions] for o in ({}, options)]
    assert rles[0] == rles[1]


def test_a_video_is_encoded_once_with_the_times_of_its_clips():
    model = BrightSegmentor(clip_length=3)
    predict(model, 5, texts=('a', 'b', 'c'))
    (clips,) = model.encoded
    assert [clip.frame_indices for clip in clips] == [[0, 6, 12], [3, 9, 9]]


def test_a_higher_threshold_gives_smaller_masks():
    loose, strict = (
        masks_of(predict(BrightSegmentor(mask_threshold=threshold)).predictions[0])
        for threshold in (0.5, 0.7)
    )
    assert strict.sum() < loose.sum()
    assert not (strict & ~loose).any()


def test_the_refiner_gets_the_frames_and_names_of_its_chunk():
    model = BrightSegmentor(refiner='BaseTestRefiner', chunk_size=2)
    sample = predict(model, 5, texts=('a',))
    names = [f'{3 * t:05d}' for t in range(5)]
    assert model.refiner.seen == [('0', names[:2], 1), ('0', names[2:4], 3), ('0', names[4:], 4)]
    areas = masks_of(sample.predictions[0]).sum((1, 2))
    assert (areas[[0, 2, 4]] > 0).all()
    assert not areas[[1, 3]].any()


def test_the_engine_can_train_it():
    clips = torch.randn(1, 2, 3, 64, 96)
    losses = BrightSegmentor()(clips, [video_sample(2)], 'loss')
    assert set(losses) == {'loss'}
