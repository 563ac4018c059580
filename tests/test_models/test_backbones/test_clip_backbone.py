import pytest

from mevis.models.backbones import ClipBackbone, MotionConvBackbone, VideoSwinTransformer


def test_backbones_of_clips_are_marked():
    assert issubclass(VideoSwinTransformer, ClipBackbone)
    assert issubclass(MotionConvBackbone, ClipBackbone)


def test_the_marker_alone_is_no_backbone():
    with pytest.raises(TypeError, match='abstract'):
        ClipBackbone()
