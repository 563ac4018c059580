import pytest
import torch

from mevis.errors import UserError
from mevis.models.data_preprocessor import RefVidSegDataPreprocessor


def clip(frames, height, width, value=100):
    return torch.full((frames, 3, height, width), value, dtype=torch.uint8)


def test_clips_are_normalised_then_padded_with_zeros():
    preprocess = RefVidSegDataPreprocessor(pad_size_divisor=16)
    clips, mask = preprocess.stack([clip(2, 20, 30), clip(2, 33, 10, 0)])
    assert clips.shape == (2, 2, 3, 48, 32)
    assert mask.shape == (2, 2, 48, 32)
    assert not clips[0, :, :, 20:].any()
    assert mask[0, :, 20:].all()
    assert mask[0, :, :, 30:].all()
    assert not mask[0, :, :20, :30].any()
    assert not mask[1, :, :33, :10].any()
    expected = (100 - 123.675) / 58.395
    torch.testing.assert_close(clips[0, 0, 0, :20, :30], torch.full((20, 30), expected))


def test_a_video_stays_as_it_is_in_testing():
    preprocess = RefVidSegDataPreprocessor()
    video = clip(4, 20, 30)
    batch = preprocess(dict(inputs=[video], data_samples=['sample']), training=False)
    assert batch['inputs'][0].dtype == torch.uint8
    assert batch['inputs'][0].shape == (4, 3, 20, 30)
    assert 'padding_mask' not in batch


def test_clips_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r'clips of \[2, 3\] frames in one batch'):
        RefVidSegDataPreprocessor().stack([clip(2, 8, 8), clip(3, 8, 8)])


@pytest.mark.parametrize('training', [False, True])
def test_items_that_were_not_packed_are_named(training):
    with pytest.raises(UserError, match='gives no data_samples and no inputs.*PackRefVidSegInputs'):
        RefVidSegDataPreprocessor()(dict(frames=[clip(2, 8, 8)]), training)


def test_its_constants_are_not_weights():
    assert not RefVidSegDataPreprocessor().state_dict()
