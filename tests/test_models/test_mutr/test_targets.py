import torch

from mevis.models.mutr.targets import clip_targets
from mevis.structures import RefVidSegDataSample


def sample(masks):
    one = RefVidSegDataSample()
    one.gt_masks = masks
    return one


def test_masks_are_subsampled_after_padding():
    masks = torch.rand(2, 30, 44) > 0.5
    (target,) = clip_targets([sample(masks)], (32, 64))
    assert target.masks.shape == (2, 8, 16)
    for row, column in ((0, 0), (3, 5), (6, 10)):
        assert target.masks[1, row, column] == masks[1, 4 * row + 2, 4 * column + 2]
    assert not target.masks[..., 11:].any()


def test_boxes_are_of_the_unpadded_frame():
    masks = torch.zeros(2, 20, 40, dtype=torch.bool)
    masks[0, 4:9, 10:31] = True
    (target,) = clip_targets([sample(masks)], (32, 64))
    torch.testing.assert_close(target.boxes[0], torch.tensor([20 / 40, 6 / 20, 20 / 40, 4 / 20]))
    assert target.boxes[1].tolist() == [0, 0, 0, 0]
    assert target.valid.tolist() == [True, False]


def test_a_single_pixel_is_a_box_without_extent():
    masks = torch.zeros(1, 8, 8, dtype=torch.bool)
    masks[0, 7, 0] = True
    (target,) = clip_targets([sample(masks)], (32, 32))
    torch.testing.assert_close(target.boxes[0], torch.tensor([0.0, 7 / 8, 0.0, 0.0]))
