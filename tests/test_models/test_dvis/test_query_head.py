"""Our head decodes as mmdet's does, and hands out what that one keeps to itself."""

import torch
from mmdet.models.dense_heads import Mask2FormerHead

from mevis.models.dvis.query_head import FrameQueryHead


@torch.no_grad()
def test_it_is_mmdets_head(make_dvis, video):
    segmenter = make_dvis('minvis').segmenter
    head = segmenter.head
    levels = segmenter.backbone(make_dvis('minvis').prepare(video[:2]))
    layers, features = head.decode(levels)
    answers = [segmenter.answer(layer) for layer in layers]
    head.__class__ = Mask2FormerHead
    try:
        classes, masks = head(list(levels), [])
    finally:
        head.__class__ = FrameQueryHead
    assert len(layers) == len(classes) == 4
    for answer, logits, pixels in zip(answers, classes, masks, strict=True):
        torch.testing.assert_close(answer.logits, logits)
        got = torch.einsum('tqc,tchw->tqhw', answer.kernels, features)
        torch.testing.assert_close(got, pixels, atol=1e-4, rtol=1e-4)


def test_no_object_weighs_a_tenth(make_dvis):
    head = make_dvis('minvis').segmenter.head
    assert head.class_weight == [1.0, 1.0, 1.0, 1.0, 0.1]
    assert (head.loss_cls.loss_weight, head.loss_mask.loss_weight) == (2.0, 5.0)
    assert head.loss_dice.loss_weight == 5.0
