import pytest
import torch

import mevis.models  # noqa: F401 - registers the assigner
from mevis.models.mutr.criterion import MUTRCriterion
from mevis.models.mutr.targets import ClipTarget

WEIGHTS = dict(loss_class=2.0, loss_bbox=5.0, loss_giou=2.0, loss_mask=2.0, loss_dice=5.0)


@pytest.fixture
def criterion():
    return MUTRCriterion(dict(type='SequenceHungarianAssigner'), WEIGHTS)


def target(shift=0):
    masks = torch.zeros(3, 6, 8)
    masks[:2, 1:4, 1 + shift : 4 + shift] = 1
    boxes = torch.tensor([[0.4, 0.4, 0.5, 0.5]] * 2 + [[0.0] * 4])
    return ClipTarget(masks, boxes, torch.tensor([True, True, False]))


def outputs(batch=1, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return dict(
        pred_logits=torch.randn(batch, 3, 4, 1, generator=generator),
        pred_boxes=torch.rand(batch, 3, 4, 4, generator=generator) * 0.4 + 0.3,
        pred_masks=torch.randn(batch, 3, 4, 6, 8, generator=generator),
    )


def test_every_layer_has_every_loss(criterion):
    losses = criterion([outputs(seed=0), outputs(seed=1), outputs(seed=2)], [target()])
    assert set(losses) == {f'{p}{name}' for p in ('d0.', 'd1.', '') for name in WEIGHTS}
    # The last layer's loss is that of a criterion of one layer.
    alone = criterion([outputs(seed=2)], [target()])
    for name in WEIGHTS:
        torch.testing.assert_close(losses[name], alone[name])


def test_a_perfect_answer_costs_next_to_nothing(criterion):
    truth = target()
    perfect = outputs()
    perfect['pred_logits'][:] = -12.0
    perfect['pred_logits'][0, :2, 2] = 12.0
    perfect['pred_boxes'][0, :, 2] = truth.boxes.clamp(min=1e-4)
    perfect['pred_masks'][0, :, 2] = (truth.masks * 2 - 1) * 12
    assert criterion.match(perfect, [truth]).tolist() == [2]
    losses = criterion([perfect], [truth])
    for name in ('loss_class', 'loss_bbox', 'loss_mask', 'loss_dice'):
        assert losses[name] < 0.01
    # Boxes of absent frames count, as in the official code; theirs is a point at zero.
    assert losses['loss_giou'] < 2.0


def test_clips_are_matched_by_themselves(criterion):
    both, targets = outputs(2), [target(), target(3)]
    matched = criterion.match(both, targets)
    for index in range(2):
        alone = {name: value[index : index + 1] for name, value in both.items()}
        assert criterion.match(alone, targets[index : index + 1])[0] == matched[index]


def test_losses_are_per_frame_with_an_object(criterion):
    """Two clips of two seen frames: the sum of both over four, not over two."""
    both, targets = outputs(2), [target(), target(3)]
    together = criterion([both], targets)
    alone = [
        criterion([{name: value[i : i + 1] for name, value in both.items()}], targets[i : i + 1])
        for i in range(2)
    ]
    for name, value in together.items():
        torch.testing.assert_close(value, (alone[0][name] + alone[1][name]) / 2)


def test_a_clip_without_object_is_finite(criterion):
    empty = ClipTarget(torch.zeros(3, 6, 8), torch.zeros(3, 4), torch.zeros(3, dtype=torch.bool))
    losses = criterion([outputs()], [empty])
    assert all(value.isfinite() for value in losses.values())
