import numpy as np
import pytest
import torch

from mevis.refiners.sam_frame import SamFrame, mask_prompt
from mevis.structures.point_prompts import sample_prompts
from mevis.testing.small_sam import small_hq_sam

SIZE = (60, 90)


def disc(size=SIZE, centre=(25, 50), radius=14):
    y, x = np.ogrid[: size[0], : size[1]]
    return (y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2


def image(seed=0, size=SIZE):
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)


def prompts_of(mask):
    return sample_prompts(mask, 10, 5, np.random.default_rng(0))


def by_hand(sam, prompts, use_box, mask_input, multimask, hq_token_only):
    """The package's own predictor: the best of its masks, and its logits."""
    from segment_anything_hq import SamPredictor

    predictor = SamPredictor(sam)
    predictor.set_image(image())
    masks, quality, _ = predictor.predict(
        point_coords=prompts.points,
        point_labels=prompts.labels,
        box=prompts.box if use_box else None,
        mask_input=mask_input,
        multimask_output=multimask,
        hq_token_only=hq_token_only,
    )
    return masks[int(np.argmax(quality))]


@pytest.mark.parametrize('hq_token_only', [False, True])
@pytest.mark.parametrize('multimask', [False, True])
@pytest.mark.parametrize('use_box', [False, True])
@pytest.mark.parametrize('use_mask', [False, True])
def test_masks_are_those_of_the_package(use_mask, use_box, multimask, hq_token_only):
    sam = small_hq_sam()
    mask = disc()
    guess = mask_prompt(mask, side=32) if use_mask else None
    options = (prompts_of(mask), use_box, guess, multimask, hq_token_only)
    expected = by_hand(sam, *options)
    found = SamFrame(sam, image()).mask(*options).numpy()
    assert 0 < expected.sum() < expected.size
    assert (found == expected).all()


@pytest.mark.parametrize('multimask', [False, True])
def test_masks_of_the_original_sam_are_those_of_the_package(multimask):
    sam = small_hq_sam(hq=False)
    options = (prompts_of(disc()), False, None, multimask, False)
    expected = by_hand(sam, *options)
    assert 0 < expected.sum() < expected.size
    assert (SamFrame(sam, image()).mask(*options).numpy() == expected).all()


def test_logits_are_those_of_the_package_to_the_last_bit(monkeypatch):
    """Not only the side of the threshold that they are on."""
    sam = small_hq_sam()
    seen = []
    kept = sam.postprocess_masks

    def spy(masks, *sizes):
        seen.append(masks)
        return kept(masks, *sizes)

    monkeypatch.setattr(sam, 'postprocess_masks', spy)
    options = (prompts_of(disc()), True, None, True, False)
    by_hand(sam, *options)
    SamFrame(sam, image()).mask(*options)
    assert torch.equal(*seen)


def test_options_matter():
    sam = small_hq_sam()
    frame = SamFrame(sam, image())
    prompts = prompts_of(disc())
    guess = mask_prompt(disc(), side=32)
    masks = [
        frame.mask(prompts),
        frame.mask(prompts, use_box=True),
        frame.mask(prompts, mask_input=guess),
        frame.mask(prompts, multimask_output=False),
        frame.mask(prompts, hq_token_only=True),
    ]
    for index, mask in enumerate(masks):
        assert not any(torch.equal(mask, other) for other in masks[index + 1 :])


def test_a_box_alone_is_a_prompt():
    frame = SamFrame(small_hq_sam(), image())
    pointless = sample_prompts(disc(), 0, 0, np.random.default_rng(0))
    assert frame.mask(pointless, use_box=True).shape == SIZE


@pytest.mark.parametrize('size', [(60, 90), (90, 60), (33, 33), (700, 5)])
def test_a_mask_prompt_fills_the_longer_side(size):
    mask = np.zeros(size, bool)
    mask[: (size[0] + 1) // 2] = True
    prompt = mask_prompt(mask, logit=4, side=64)
    assert prompt.shape == (1, 64, 64)
    height, width = (max(1, int(side * 64 / max(size) + 0.5)) for side in size)
    assert (prompt[0, : height // 2 - 1, :width] > 3.99).all()
    assert (prompt[0, height:] == -4).all()
    assert (prompt[0, :, width:] == -4).all()
