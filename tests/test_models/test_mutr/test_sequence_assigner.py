import torch

from mevis.models.mutr.sequence_assigner import SequenceHungarianAssigner
from mevis.models.mutr.targets import ClipTarget

T, N, SIZE = 3, 4, (6, 8)


def target(valid=(True, True, True)):
    masks = torch.zeros(T, *SIZE)
    boxes = torch.zeros(T, 4)
    for frame in range(T):
        if valid[frame]:
            masks[frame, 1:4, 2:6] = 1
            boxes[frame] = torch.tensor([0.5, 0.4, 0.5, 0.5])
    return ClipTarget(masks, boxes, torch.tensor(valid))


def outputs():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(T, N, generator=generator)
    boxes = torch.rand(T, N, 4, generator=generator) * 0.4 + 0.3
    return logits, boxes, torch.randn(T, N, *SIZE, generator=generator)


def test_a_perfect_query_is_chosen_wherever_it_is():
    truth = target()
    for query in range(N):
        logits, boxes, masks = outputs()
        logits[:, query] = 4.0
        boxes[:, query] = truth.boxes
        masks[:, query] = (truth.masks * 2 - 1) * 8
        assert SequenceHungarianAssigner().assign(logits, boxes, masks, truth) == query


def test_the_sequence_decides_not_a_frame():
    truth = target()
    logits, boxes, masks = outputs()
    perfect = (truth.masks * 2 - 1) * 8
    masks[:, 0] = -perfect
    masks[0, 0] = perfect[0]  # right once
    masks[1:, 2] = perfect[1:]  # right twice
    masks[:, 1] = masks[:, 3] = -perfect
    assigner = SequenceHungarianAssigner(class_cost=0, bbox_cost=0, giou_cost=0)
    assert assigner.assign(logits, boxes, masks, truth) == 2


def test_frames_without_the_object_do_not_count_for_the_class():
    truth = target((True, False, True))
    logits, boxes, masks = outputs()
    logits[:] = 0.0
    logits[1] = torch.tensor([9.0, 9.0, 9.0, -9.0])  # of the absent frame
    logits[0, 3] = 1.0
    only_class = SequenceHungarianAssigner(bbox_cost=0, giou_cost=0, mask_cost=0, dice_cost=0)
    assert only_class.assign(logits, boxes, masks, truth) == 3


def test_a_sentence_without_target_is_matched_too():
    truth = target((False, False, False))
    assert 0 <= int(SequenceHungarianAssigner().assign(*outputs(), truth)) < N
