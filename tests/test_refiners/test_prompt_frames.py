import numpy as np
import pytest

from mevis.refiners.prompt_frames import PromptFrame, certainty, choose_prompt_frames
from mevis.structures import encode_rle


def track(*widths, height=10, shift=0):
    masks = np.zeros((len(widths), 30, 40), bool)
    for t, width in enumerate(widths):
        masks[t, 5 : 5 + height, 3 + shift * t : 3 + shift * t + width] = True
    return encode_rle(masks)


def test_masks_that_agree_with_their_neighbours_are_sure():
    masks = np.zeros((5, 30, 40), bool)
    masks[:, 5:15, 5:15] = True
    masks[3, 5:15, 5:15] = False
    masks[3, 15:25, 20:30] = True  # as large, elsewhere
    sure = certainty(encode_rle(masks))
    assert sure[:2].tolist() == [1, 1]
    assert 0 < sure[3] < sure[2] < 1


def test_of_equal_agreement_the_larger_mask_is_surer():
    sure = certainty(track(10, 10, 10, 0, 30, 30, 30))
    assert sure[3] == 0
    assert sure[5] == 1
    assert 0 < sure[1] < 1


def test_a_lone_mask_counts():
    sure = certainty(track(0, 0, 7, 0))
    assert (sure > 0).tolist() == [False, False, True, False]
    assert certainty(track(7)).tolist() == [1]


def test_no_mask_gives_no_prompt():
    assert choose_prompt_frames(track(0, 0), 3) == []
    assert choose_prompt_frames([], 3) == []


def test_one_frame_stands_for_the_whole_video():
    assert choose_prompt_frames(track(5, 5, 20, 20, 20, 5), 1) == [PromptFrame(3, 0, 5)]


@pytest.mark.parametrize('number', [1, 2, 3, 7])
def test_every_frame_goes_to_the_nearest_chosen_one(number):
    rles = track(*[0, 4, 9, 3, 0, 0, 8, 8, 2, 11, 6, 0])
    chosen = choose_prompt_frames(rles, number)
    assert len(chosen) == number
    covered = [frame for span in chosen for frame in range(span.first, span.last + 1)]
    assert covered == list(range(len(rles)))
    places = [span.frame for span in chosen]
    for span in chosen:
        assert span.first <= span.frame <= span.last
        for frame in range(span.first, span.last + 1):
            assert abs(frame - span.frame) <= min(abs(frame - place) for place in places)


def test_there_are_no_more_prompts_than_masks():
    assert [span.frame for span in choose_prompt_frames(track(0, 5, 0, 5), 5)] == [1, 3]
