import pytest
import torch

from mevis.models.dvis.set_criterion import SetPrediction, SetTarget


@pytest.fixture(scope='module')
def criterion(make_dvis):
    return make_dvis('minvis', num_points=500).criterion


def boxes(*columns: tuple[int, int]) -> torch.Tensor:
    masks = torch.zeros(len(columns), 16, 16)
    for mask, (start, end) in zip(masks, columns, strict=True):
        mask[:, start:end] = 1
    return masks


def perfect(target: SetTarget, order: list[int], num_queries: int = 6) -> SetPrediction:
    """Query order[i] answers object i, all others "no object"."""
    logits = torch.full((1, num_queries, 5), -20.0)
    logits[..., -1] = 20.0
    masks = torch.full((1, num_queries, 16, 16), -20.0)
    for index, query in enumerate(order):
        logits[0, query, -1] = -20.0
        logits[0, query, target.labels[index]] = 20.0
        masks[0, query] = 40 * target.masks[index] - 20
    return SetPrediction(logits, masks)


TARGET = SetTarget(torch.tensor([2, 0, 2]), boxes((0, 4), (4, 10), (10, 16)))


def test_the_right_queries_are_found_and_cost_nothing(criterion, monkeypatch):
    # Points that are sought near edges would meet the ramp of the truth between two pixels.
    monkeypatch.setattr(criterion, 'importance_ratio', 0.0)
    prediction = perfect(TARGET, [4, 1, 0])
    queries, objects = criterion.match(prediction.logits[0], prediction.masks[0], TARGET, 500)
    assert dict(zip(objects.tolist(), queries.tolist(), strict=True)) == {0: 4, 1: 1, 2: 0}
    losses = criterion(prediction, [TARGET], [(queries, objects)])
    assert losses['loss_class'] < 1e-6
    assert losses['loss_dice'] < 0.05 * 5


def test_wrong_matches_cost(criterion):
    prediction = perfect(TARGET, [4, 1, 0])
    right = (torch.tensor([4, 1, 0]), torch.tensor([0, 1, 2]))
    wrong = (torch.tensor([1, 4, 0]), torch.tensor([0, 1, 2]))
    good, bad = (criterion(prediction, [TARGET], [match]) for match in (right, wrong))
    assert all(bad[name] > good[name] + 0.5 for name in good)


def test_no_object_weighs_a_tenth_and_the_weights_are_divided_out(criterion):
    logits = torch.zeros(1, 6, 5)
    prediction = SetPrediction(logits, torch.zeros(1, 6, 16, 16))
    nothing = SetTarget(torch.zeros(0, dtype=torch.long), torch.zeros(0, 16, 16))
    none = torch.zeros(0, dtype=torch.long)
    losses = criterion(prediction, [nothing], [(none, none)])
    torch.testing.assert_close(losses['loss_class'], 2 * torch.log(torch.tensor(5.0)))
    logits[0, 0, 0] = 1.0
    one = SetTarget(torch.tensor([0]), boxes((0, 4)))
    got = criterion(prediction, [one], [(torch.tensor([0]), torch.tensor([0]))])['loss_class']
    weight = torch.tensor([1.0, 1.0, 1.0, 1.0, 0.1])
    labels = torch.tensor([0, 4, 4, 4, 4, 4])
    expected = torch.nn.functional.cross_entropy(logits[0], labels, weight)
    torch.testing.assert_close(got, 2 * expected)


def test_images_without_objects_still_give_gradients(criterion):
    prediction = SetPrediction(
        torch.zeros(1, 6, 5, requires_grad=True), torch.zeros(1, 6, 16, 16, requires_grad=True)
    )
    nothing = SetTarget(torch.zeros(0, dtype=torch.long), torch.zeros(0, 16, 16))
    match = criterion.match(prediction.logits[0], prediction.masks[0], nothing, 500)
    losses = criterion(prediction, [nothing], [match])
    sum(losses.values()).backward()
    assert losses['loss_mask'] == losses['loss_dice'] == 0
    assert prediction.logits.grad.abs().sum() > 0
    assert prediction.masks.grad is not None


def test_the_scale_of_the_image_does_not_matter(criterion):
    prediction = perfect(TARGET, [4, 1, 0])
    large = SetTarget(TARGET.labels, TARGET.masks.repeat_interleave(4, 1).repeat_interleave(4, 2))
    match = criterion.match(prediction.logits[0], prediction.masks[0], large, 500)
    assert sorted(match[0].tolist()) == [0, 1, 4]
