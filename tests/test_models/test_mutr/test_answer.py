import pytest
import torch

from mevis.testing.small_mutr import build_small_mutr, random_clip, video_sample


@pytest.fixture(scope='module')
def answer():
    model = build_small_mutr(chunk_size=2)
    clip = random_clip(model, 5)
    mask = torch.zeros(1, 5, 64, 96, dtype=torch.bool)
    with torch.no_grad():
        video = model.encode_clips(clip, mask, [video_sample(5)])
        yield model.answer_words(video, model.encode_text(['the bird']))


def test_masks_of_one_query_are_those_of_all_queries(answer):
    with torch.no_grad():
        everything = torch.cat(list(answer.all_mask_logits()), 1)
        for query in range(3):
            alone = torch.cat(list(answer.mask_logits(torch.tensor([query]))), 1)
            torch.testing.assert_close(alone, everything[:, :, query], rtol=1e-4, atol=1e-4)


def test_masks_come_in_chunks(answer):
    with torch.no_grad():
        assert [part.shape[1] for part in answer.mask_logits(torch.tensor([0]))] == [2, 2, 1]


def test_scores_are_probabilities_of_queries(answer):
    with torch.no_grad():
        assert answer.scores.shape == (1, 3)
        torch.testing.assert_close(answer.scores, answer.pred_logits.sigmoid()[..., 0])


def test_a_head_of_65_classes_scores_by_its_best_class():
    model = build_small_mutr(num_classes=65)
    clip = random_clip(model, 2)
    mask = torch.zeros(1, 2, 64, 96, dtype=torch.bool)
    with torch.no_grad():
        video = model.encode_clips(clip, mask, [video_sample(2)])
        found = model.answer_words(video, model.encode_text(['bird']))
        assert found.pred_logits.shape == (1, 3, 65)
        torch.testing.assert_close(found.scores, found.pred_logits.amax(-1).sigmoid())


def test_boxes_lie_in_the_frame(answer):
    with torch.no_grad():
        boxes = answer.pred_boxes
    assert boxes.shape == (1, 5, 3, 4)
    assert ((boxes >= 0) & (boxes <= 1)).all()
