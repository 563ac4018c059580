import gc
import weakref
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from mevis.errors import UserError
from mevis.refiners import RefineContext, hq_sam
from mevis.refiners.borrowed_model import BorrowedModel
from mevis.refiners.hq_sam import HQSAMRefiner
from mevis.registry import REFINERS
from mevis.structures import decode_rle, encode_rle
from mevis.structures.point_prompts import prompt_generator, sample_prompts
from mevis.testing import check_refiner
from mevis.testing.small_sam import small_hq_sam

SIZE = (40, 60)
NAMES = ['00000', '00005', '00010']


def refiner_of_small_sam(**options):
    refiner = HQSAMRefiner(**options)
    refiner.sam = BorrowedModel(small_hq_sam)
    return refiner


def masks_of(num_expressions=3):
    """Rectangles that wander; the last expression is empty in the second frame."""
    masks = np.zeros((num_expressions, len(NAMES), *SIZE), bool)
    for row in range(num_expressions):
        for t in range(len(NAMES)):
            masks[row, t, 5 + 4 * row : 20 + 4 * row, 10 + 3 * t : 30 + 5 * t] = True
            masks[row, t, 8 + 4 * row, 12 + 3 * t : 20] = False
    masks[-1, 1] = False
    return masks


def video(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (len(NAMES), *SIZE, 3), dtype=np.uint8)


def refine(refiner, masks, exp_ids=None, names=NAMES, frames=None):
    frames = video() if frames is None else frames
    context = RefineContext('v', exp_ids or [str(i) for i in range(len(masks))], names, SIZE)
    rles = refiner(lambda i: frames[i], [encode_rle(track) for track in masks], context)
    return np.stack([decode_rle(track, SIZE) for track in rles])


@contextmanager
def counted(refiner):
    encoder = refiner.sam.on(torch.device('cpu')).image_encoder
    calls = []
    handle = encoder.register_forward_hook(lambda *args: calls.append(1))
    yield calls
    handle.remove()


def test_it_is_chosen_by_its_name():
    refiner = REFINERS.build(dict(type='HQSAMRefiner'))
    assert (refiner.num_inside, refiner.num_outside) == (10, 5)


def test_it_holds_the_contract():
    check_refiner(refiner_of_small_sam())


def test_masks_are_those_of_the_package_prompted_by_hand():
    from segment_anything_hq import SamPredictor

    masks = masks_of()
    refined = refine(refiner_of_small_sam(), masks)
    predictor = SamPredictor(small_hq_sam())
    for t, name in enumerate(NAMES):
        predictor.set_image(video()[t])
        for row in range(len(masks)):
            rng = prompt_generator('v', str(row), name)
            prompts = sample_prompts(masks[row, t], 10, 5, rng)
            expected = np.zeros(SIZE, bool)
            if prompts is not None:
                expected = predictor.predict(prompts.points, prompts.labels)[0][0]
            assert (refined[row, t] == expected).all()
    assert (refined != masks).any()


def test_a_frame_is_encoded_once_for_all_expressions():
    refiner = refiner_of_small_sam()
    with counted(refiner) as calls:
        refine(refiner, masks_of(8))
    assert len(calls) == len(NAMES)


def test_empty_masks_stay_empty_and_cost_nothing():
    refiner = refiner_of_small_sam()
    masks = masks_of(1)
    with counted(refiner) as calls:
        refined = refine(refiner, masks)
    assert not refined[0, 1].any()
    assert len(calls) == len(NAMES) - 1


def test_an_expression_is_refined_as_if_it_were_alone():
    refiner = refiner_of_small_sam()
    together = refine(refiner, masks_of())
    alone = refine(refiner, masks_of()[1:2], ['1'])
    assert (together[1:2] == alone).all()


def test_points_follow_the_name_of_a_frame_and_not_its_place():
    refiner = refiner_of_small_sam()
    masks = masks_of(1)
    whole = refine(refiner, masks)
    last = refine(refiner, masks[:, 2:], names=NAMES[2:], frames=video()[2:])
    assert (whole[:, 2:] == last).all()
    renamed = refine(refiner, masks[:, 2:], names=['00011'], frames=video()[2:])
    assert (renamed != last).any()


def test_another_seed_draws_other_points():
    masks = masks_of(1)
    refined = refine(refiner_of_small_sam(), masks), refine(refiner_of_small_sam(seed=1), masks)
    assert (refined[0] != refined[1]).any()


def test_boxes_and_masks_are_prompts_when_asked_for():
    masks = masks_of(1)
    options = [{}, {'use_box': True}, {'use_mask': True}, {'use_mask': True, 'mask_logit': 2.0}]
    refined = [refine(refiner_of_small_sam(**option), masks) for option in options]
    for index, one in enumerate(refined):
        assert not any((one == other).all() for other in refined[index + 1 :])


def test_the_embedding_of_one_frame_is_held_at_a_time(monkeypatch):
    frames = []

    class Watched(hq_sam.SamFrame):
        def __init__(self, sam, image):
            gc.collect()
            frames.append(weakref.ref(self))
            super().__init__(sam, image)
            assert sum(frame() is not None for frame in frames) == 1

    monkeypatch.setattr(hq_sam, 'SamFrame', Watched)
    refine(refiner_of_small_sam(), masks_of())
    gc.collect()
    assert len(frames) == len(NAMES)
    assert all(frame() is None for frame in frames)


def test_weights_are_looked_for_when_a_mask_comes_and_not_before(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refiner = HQSAMRefiner()
    refine(refiner, masks_of() & False)
    with pytest.raises(UserError, match='sam_hq_vit_l.pth'):
        refine(refiner, masks_of())


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        ({'model': 'vit_x'}, r'model=vit_x: HQSAMRefiner knows vit_tiny'),
        ({'num_inside': 0}, 'nothing to prompt with'),
    ],
)
def test_settings_that_cannot_work_are_refused(options, text):
    with pytest.raises(UserError, match=text):
        HQSAMRefiner(**options)


def test_it_says_which_file_its_masks_depend_on(tmp_path):
    path = tmp_path / 'sam.pth'
    path.touch()
    assert HQSAMRefiner(checkpoint=str(path)).weight_files() == [path]
    with pytest.raises(UserError, match='sam_hq_vit_l.pth'):
        HQSAMRefiner(checkpoint=str(tmp_path / 'none.pth')).weight_files()


def test_checkpoints_of_a_model_fit_whatever_refines_it():
    import mevis.models  # noqa: F401 - registers them
    from mevis.checkpoints.loading import put_into
    from mevis.testing.small_mutr import build_small_mutr, random_video, video_sample

    plain = build_small_mutr()
    refined = build_small_mutr(refiner=dict(type='HQSAMRefiner'))
    refined.refiner.sam = BorrowedModel(small_hq_sam)
    sample = video_sample(2)
    sample.read_frames = lambda positions: random_video(2).permute(0, 2, 3, 1).numpy()[positions]
    with torch.no_grad():
        refined([random_video(2)], [sample], 'predict')
    assert refined.refiner.sam._model is not None
    assert refined.state_dict().keys() == plain.state_dict().keys()
    put_into(refined, plain.state_dict(), 'plain.pth')
    put_into(plain, refined.state_dict(), 'refined.pth')
    assert refined.half().refiner.device == torch.device('cpu')


@pytest.mark.slow
def test_real_vit_tiny_from_a_file_equals_the_package(tmp_path):
    from segment_anything_hq import SamPredictor, sam_model_registry

    torch.manual_seed(0)
    sam = sam_model_registry['vit_tiny']().eval()
    torch.save(sam.state_dict(), tmp_path / 'tiny.pth')
    refiner = HQSAMRefiner('vit_tiny', str(tmp_path / 'tiny.pth'))
    masks = masks_of(1)[:, :1]
    refined = refine(refiner, masks, names=NAMES[:1], frames=video()[:1])
    predictor = SamPredictor(sam)
    predictor.set_image(video()[0])
    prompts = sample_prompts(masks[0, 0], 10, 5, prompt_generator('v', '0', NAMES[0]))
    expected = predictor.predict(prompts.points, prompts.labels)[0][0]
    assert (refined[0, 0] == expected).all()
    assert (refined != masks).any()
