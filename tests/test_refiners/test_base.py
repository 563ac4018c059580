import numpy as np
import pytest
import torch

from mevis.refiners import MaskRefiner, RefineContext
from mevis.structures import decode_rle, encode_rle


class BrighterThanRefiner(MaskRefiner):
    """Keeps what is bright; expression e needs a brightness of e."""

    chunk_size = 2

    def __init__(self):
        super().__init__()
        self.seen = []

    def refine_chunk(self, images, masks, context):
        self.seen.append((images.shape, tuple(masks.shape), context.frame_names))
        bright = torch.from_numpy(images[..., 0])
        return masks & torch.stack([bright >= int(exp_id) for exp_id in context.exp_ids])


FRAMES = np.random.default_rng(0).integers(0, 4, (5, 6, 7, 3), dtype=np.uint8)
MASKS = np.random.default_rng(1).random((2, 5, 6, 7)) > 0.3
CONTEXT = RefineContext('video', ['1', '3'], list('abcde'), (6, 7))


def read(positions):
    return FRAMES[positions]


def test_all_expressions_come_chunk_by_chunk_of_frames():
    refiner = BrighterThanRefiner()
    refined = refiner(read, [encode_rle(masks) for masks in MASKS], CONTEXT)
    assert refiner.seen == [
        ((2, 6, 7, 3), (2, 2, 6, 7), ['a', 'b']),
        ((2, 6, 7, 3), (2, 2, 6, 7), ['c', 'd']),
        ((1, 6, 7, 3), (2, 1, 6, 7), ['e']),
    ]
    for threshold, masks, rles in zip((1, 3), MASKS, refined, strict=True):
        assert (decode_rle(rles, (6, 7)) == masks & (FRAMES[..., 0] >= threshold)).all()


def test_no_expression_is_no_work():
    refiner = BrighterThanRefiner()
    assert refiner(read, [], RefineContext('video', [], list('abcde'), (6, 7))) == []
    assert refiner.seen == []


def test_masks_of_another_size_are_refused():
    with pytest.raises(ValueError, match='video/1: the RLE is of size'):
        BrighterThanRefiner()(read, [encode_rle(MASKS[0][:, 1:]), encode_rle(MASKS[1])], CONTEXT)
