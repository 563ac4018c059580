import torch
from torch import nn

from mevis.models.backbones import ClipBackbone
from mevis.models.frame_levels import frame_levels
from mevis.testing.small_mutr import random_video


class ImageBackbone(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def forward(self, images):
        self.calls.append(len(images))
        grey = images.mean(1, keepdim=True)
        return [nn.functional.avg_pool2d(grey, stride) for stride in (4, 8, 16, 32)]


class Clips(ClipBackbone):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[int, ...]] = []

    def forward(self, clips):
        self.calls.append(tuple(clips.shape[:2]))
        grey = clips.mean(2).flatten(0, 1)[:, None]
        return [nn.functional.avg_pool2d(grey, stride) for stride in (4, 8, 16, 32)]


def normalize(frames):
    return frames.float() / 255


def test_images_go_through_in_chunks_and_are_normalised_there():
    backbone = ImageBackbone()
    clips = random_video(7)[None]
    chunked = frame_levels(backbone, clips, normalize, 3)
    whole = frame_levels(backbone, normalize(clips), normalize)
    assert backbone.calls == [3, 3, 1, 7]
    assert [tuple(x.shape) for x in whole] == [(1, 7, 1, 64 // s, 96 // s) for s in (4, 8, 16, 32)]
    for one, other in zip(chunked, whole, strict=True):
        torch.testing.assert_close(one, other)


def test_a_backbone_of_clips_sees_whole_clips():
    backbone = Clips()
    clips = torch.stack((random_video(5), random_video(5, seed=1)))
    levels = frame_levels(backbone, clips, normalize, 2)
    assert backbone.calls == [(2, 5)]
    assert levels[0].shape == (2, 5, 1, 16, 24)
