import copy

import pytest
import torch

from mevis.models.dvis.set_criterion import SetPrediction
from mevis.models.dvis.training_stages import ClipTarget, match_once
from mevis.structures import ClipInstances, RefVidSegDataSample

FROZEN = {'minvis': (), 'online': ('segmenter',), 'offline': ('segmenter', 'tracker')}
every_stage = pytest.mark.parametrize('stage', FROZEN)


def batch(video: torch.Tensor, num_frames: int = 3) -> dict:
    """Two clips; the second object of the first enters late, the last clip has one object."""
    samples = []
    for count in (2, 1):
        masks = torch.zeros(count, num_frames, 50, 70, dtype=torch.bool)
        masks[0, :, 5:25, 10:30] = True
        masks[1:, 1:, 20:45, 40:65] = True
        sample = RefVidSegDataSample()
        sample.gt_instances = ClipInstances(torch.tensor([2, 0])[:count], masks)
        samples.append(sample)
    return dict(inputs=[video[:num_frames], video[-num_frames:]], data_samples=samples)


def losses_of(model: torch.nn.Module, data: dict) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return model(**model.data_preprocessor(data, training=True), mode='loss')


@every_stage
def test_what_is_new_learns_and_the_rest_stays(make_dvis, video, stage):
    model = make_dvis(stage, num_points=200).train()
    losses = losses_of(model, batch(video))
    num_layers = {'minvis': 4, 'online': 2, 'offline': 2}[stage]
    assert len(losses) == 3 * num_layers
    assert {'loss_class', 'loss_mask', 'loss_dice', 'd0.loss_dice'} <= set(losses)
    total, _ = model.parse_losses(losses)
    total.backward()
    assert torch.isfinite(total)
    for name, parameter in model.named_parameters():
        frozen = name.split('.')[0] in FROZEN[stage]
        assert parameter.requires_grad != frozen, name
        assert (parameter.grad is None) == frozen, name
    for part in FROZEN[stage]:
        assert not any(module.training for module in getattr(model, part).modules())


@every_stage
def test_a_copy_learns_by_its_own_parts(make_dvis, video, stage):
    """As an average of weights is made; its stage must not hold on to the parts of the original."""
    model = make_dvis(stage, num_points=200).train()
    copied = copy.deepcopy(model)
    copied.parse_losses(losses_of(copied, batch(video)))[0].backward()
    assert all(parameter.grad is None for parameter in model.parameters())
    assert any(parameter.grad is not None for parameter in copied.parameters())


@every_stage
def test_a_few_steps_lower_the_loss(make_dvis, video, stage):
    model = make_dvis(stage, num_points=400).train()
    data = batch(video)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=2e-3)
    totals = []
    for _ in range(12):
        total, _ = model.parse_losses(losses_of(model, data))
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        totals.append(float(total.detach()))
    assert totals[-1] < 0.8 * totals[0], totals


@pytest.mark.parametrize('stage', ['online', 'offline'])
def test_guidance_ends_with_its_share_of_the_training(make_dvis, monkeypatch, stage):
    from mmengine.logging import MessageHub

    model = make_dvis(stage)
    hub = MessageHub.get_instance(f'guidance-{stage}')
    monkeypatch.setattr(MessageHub, 'get_current_instance', lambda: hub)
    assert model._guided()
    hub.update_info('max_iters', 100)
    for iteration, expected in ((0, True), (49, True), (50, False), (99, False)):
        hub.update_info('iter', iteration)
        assert model._guided() == expected


@pytest.mark.parametrize('stage', ['online', 'offline'])
def test_later_every_layer_is_matched_by_itself(make_dvis, video, monkeypatch, stage):
    model = make_dvis(stage, num_points=200).train()
    calls = []
    original = model.criterion.match

    def match(*arguments):
        calls.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(model.criterion, 'match', match)
    counts = {}
    for guided in (True, False):
        calls.clear()
        monkeypatch.setattr(model, '_guided', lambda guided=guided: guided)
        losses_of(model, batch(video))
        counts[guided] = len(calls)
    assert counts[False] == 2 * counts[True]


def test_an_object_is_matched_where_it_appears_and_to_a_free_query(make_dvis):
    criterion = make_dvis('online', num_points=400).criterion
    masks = torch.zeros(2, 3, 16, 16)
    masks[0, :, :, :6] = 1  # from the first frame on
    masks[1, 2, :, 6:] = 1  # in the last frame only
    target = ClipTarget(torch.tensor([1, 1]), masks)
    assert target.first_frames().tolist() == [0, 2]
    predicted = torch.full((3, 4, 16, 16), -10.0)
    predicted[0, 3] = 20 * masks[0, 0] - 10
    # Later query 3 looks like the other object, but it is taken; query 1 looks a bit like it.
    predicted[2, 3] = 20 * masks[1, 2] - 10
    predicted[2, 1, :, 8:] = 10.0
    frames = SetPrediction(torch.zeros(3, 4, 5), predicted)
    queries, objects = match_once(criterion, frames, target)
    assert queries.tolist() == [3, 1]
    assert objects.tolist() == [0, 1]


def test_objects_beyond_the_free_queries_go_without(make_dvis):
    criterion = make_dvis('online', num_points=100).criterion
    masks = torch.zeros(3, 3, 8, 8)
    masks[0, :, :, :4] = masks[1, :, :, 4:] = 1
    masks[2, 2, :4] = 1  # enters when both queries are taken
    target = ClipTarget(torch.tensor([0, 1, 1]), masks)
    frames = SetPrediction(torch.zeros(3, 2, 5), torch.zeros(3, 2, 8, 8))
    queries, objects = match_once(criterion, frames, target)
    assert sorted(queries.tolist()) == [0, 1]
    assert sorted(objects.tolist()) == [0, 1]


def test_frames_below_each_other_are_one_image():
    instances = ClipInstances(torch.tensor([0]), torch.ones(1, 2, 3, 5, dtype=torch.bool))
    target = ClipTarget.of(instances, (4, 8))
    stacked = target.stacked()
    assert stacked.masks.shape == (1, 8, 8)
    assert stacked.masks.sum() == 2 * 3 * 5
    assert stacked.masks[0, 3].sum() == 0  # padding below the first frame


def test_what_no_frame_shows_is_left_out():
    masks = torch.zeros(2, 2, 4, 4)
    masks[1, 1] = 1
    assert ClipTarget(torch.tensor([5, 3]), masks).seen().labels.tolist() == [3]


def test_an_unknown_mode_is_refused(make_dvis):
    with pytest.raises(ValueError, match='tensor'):
        make_dvis('minvis')([], [], mode='tensor')
