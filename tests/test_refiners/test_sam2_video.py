import numpy as np
import pytest
import torch

from mevis.errors import UserError
from mevis.refiners import RefineContext
from mevis.refiners.prompt_frames import choose_prompt_frames
from mevis.refiners.sam2_model import load_sam2
from mevis.refiners.sam2_video import PROMPTS, SAM2VideoRefiner
from mevis.registry import REFINERS
from mevis.structures import decode_rle, encode_rle
from mevis.structures.point_prompts import prompt_generator, sample_prompts
from mevis.testing import check_refiner

SIZE = (40, 60)
NAMES = [f'{5 * t:05d}' for t in range(10)]


def masks_of(num_expressions=2):
    """Squares that wander to the right, surest in the middle; the last expression is empty."""
    masks = np.zeros((num_expressions + 1, len(NAMES), *SIZE), bool)
    for row in range(num_expressions):
        for t in range(len(NAMES)):
            width = 18 - abs(t - 4 - row)
            masks[row, t, 10 + row : 10 + row + width, 5 + 2 * t : 5 + 2 * t + width] = True
            masks[row, t, 10 + row, 5 + 2 * t] = False  # a box with an outside
    masks[0, 7] = False
    return masks


def video(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (len(NAMES), *SIZE, 3), dtype=np.uint8)


def refine(refiner, masks, exp_ids=None):
    context = RefineContext('v', exp_ids or [str(i) for i in range(len(masks))], NAMES, SIZE)
    frames = video()
    rles = refiner(lambda i: frames[list(i)], [encode_rle(track) for track in masks], context)
    return np.stack([decode_rle(track, SIZE) for track in rles])


def by_the_library(models, frame, prompt):
    processor = models.processor
    session = processor.init_video_session(video=list(video()))
    processor.add_inputs_to_inference_session(session, frame_idx=frame, obj_ids=[0], **prompt)
    models.video(session, frame_idx=frame)
    found = np.zeros((len(NAMES), *SIZE), bool)
    for reverse in (False, True):
        for out in models.video.propagate_in_video_iterator(session, frame, reverse=reverse):
            masks = processor.post_process_masks([out.pred_masks], original_sizes=[list(SIZE)])
            found[out.frame_idx] = masks[0][0, 0].numpy()
    return found


def test_it_is_chosen_by_its_name_and_reads_no_disk():
    assert REFINERS.build(dict(type='SAM2VideoRefiner')).prompt == 'mended_mask'


def test_it_says_which_files_its_masks_depend_on(sam2_folder, tmp_path):
    names = [path.name for path in SAM2VideoRefiner(sam2_folder).weight_files()]
    assert names == ['config.json', 'model.safetensors']
    with pytest.raises(UserError, match='config.json is not there'):
        SAM2VideoRefiner(str(tmp_path)).weight_files()


@pytest.mark.parametrize('prompt', PROMPTS)
def test_it_holds_the_contract(sam2_folder, prompt):
    check_refiner(SAM2VideoRefiner(sam2_folder, prompt, num_prompt_frames=2))


@pytest.mark.parametrize('prompt', ['points', 'box', 'mask'])
def test_masks_are_those_of_the_library_prompted_by_hand(sam2_folder, prompt):
    masks = masks_of()
    refined = refine(SAM2VideoRefiner(sam2_folder, prompt), masks)
    models = load_sam2(sam2_folder).eval()
    for row in range(2):
        frame = choose_prompt_frames(encode_rle(masks[row]), 1)[0].frame
        rng = prompt_generator('v', str(row), NAMES[frame])
        drawn = sample_prompts(masks[row, frame], 10, 5, rng)
        by_hand = {
            'points': {
                'input_points': [[drawn.points.tolist()]],
                'input_labels': [[drawn.labels.tolist()]],
            },
            'box': {'input_boxes': [[drawn.box.tolist()]]},
            'mask': {'input_masks': masks[row, frame]},
        }
        expected = by_the_library(models, frame, by_hand[prompt])
        assert (refined[row] == expected).all()
    assert (refined[:2] != masks[:2]).any()


def test_a_mask_is_mended_by_the_image_model_before_it_is_a_prompt(sam2_folder):
    from transformers import Sam2Model

    masks = masks_of()
    refined = refine(SAM2VideoRefiner(sam2_folder, 'mended_mask'), masks)
    models = load_sam2(sam2_folder).eval()
    image_model = Sam2Model.from_pretrained(sam2_folder, local_files_only=True).eval()
    frame = choose_prompt_frames(encode_rle(masks[0]), 1)[0].frame
    drawn = sample_prompts(masks[0, frame], 10, 5, prompt_generator('v', '0', NAMES[frame]))
    processor = models.processor
    pixels = processor.video_processor(videos=[video()[frame]], return_tensors='pt')
    inputs = processor(
        original_sizes=[list(SIZE)],
        input_points=[[drawn.points.tolist()]],
        input_labels=[[drawn.labels.tolist()]],
        input_boxes=[[drawn.box.tolist()]],
        return_tensors='pt',
    )
    del inputs['original_sizes']
    with torch.no_grad():
        out = image_model(pixel_values=pixels.pixel_values_videos[0], **inputs)
    found = processor.post_process_masks([out.pred_masks[0]], original_sizes=[list(SIZE)])[0][0]
    mended = found[int(out.iou_scores[0, 0].argmax())].numpy()
    assert 0 < mended.sum() < mended.size
    expected = by_the_library(models, frame, {'input_masks': mended})
    assert (refined[0] == expected).all()


def test_a_mended_mask_that_is_empty_is_not_taken(sam2_folder, monkeypatch):
    nothing = np.zeros(SIZE, bool)
    masks = masks_of(1)
    raw = refine(SAM2VideoRefiner(sam2_folder, 'mask'), masks)
    monkeypatch.setattr(SAM2VideoRefiner, '_mended', lambda self, *args: nothing)
    assert (refine(SAM2VideoRefiner(sam2_folder), masks) == raw).all()


def test_an_expression_without_a_mask_stays_without(sam2_folder):
    assert not refine(SAM2VideoRefiner(sam2_folder), masks_of())[-1].any()


def test_nothing_is_read_where_every_mask_is_empty(tmp_path):
    refiner = SAM2VideoRefiner(str(tmp_path / 'missing'))
    assert not refine(refiner, masks_of() & False).any()
    with pytest.raises(UserError, match='missing'):
        refine(refiner, masks_of())


def test_with_several_prompts_each_frame_follows_from_the_nearest(sam2_folder):
    masks = masks_of()[:1]
    refined = refine(SAM2VideoRefiner(sam2_folder, 'mask', num_prompt_frames=2), masks)
    models = load_sam2(sam2_folder).eval()
    spans = choose_prompt_frames(encode_rle(masks[0]), 2)
    assert len(spans) == 2
    for span in spans:
        expected = by_the_library(models, span.frame, {'input_masks': masks[0, span.frame]})
        forward = slice(span.frame, span.last + 1)
        assert (refined[0, forward] == expected[forward]).all()


def test_a_frame_is_encoded_once_for_all_expressions(sam2_folder):
    refiner = SAM2VideoRefiner(sam2_folder, 'points')
    calls = []
    encoder = refiner.sam.on(torch.device('cpu')).video.vision_encoder
    encoder.register_forward_hook(lambda *args: calls.append(1))
    refine(refiner, masks_of(6))
    assert len(calls) == len(NAMES)


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        ({'prompt': 'text'}, 'prompt=text: one of points, box, mask, mended_mask'),
        ({'num_prompt_frames': 0}, '1 or more'),
        ({'max_cached_frames': 0}, '1 or more'),
    ],
)
def test_settings_that_cannot_work_are_refused(options, text):
    with pytest.raises(UserError, match=text):
        SAM2VideoRefiner(**options)
