"""Losses and gradients of MUTR, whatever its weights; equality with the official one is apart."""

import torch

from mevis.testing.small_mutr import (
    build_small_mutr,
    random_clip,
    small_mutr_config,
    video_sample,
)


def test_a_batch_of_two_trains_as_two_of_one():
    samples = [video_sample(3, texts=[text]) for text in ('red', 'a long sentence of words')]
    mask = torch.zeros(2, 3, 64, 96, dtype=torch.bool)
    model = build_small_mutr(
        dropout=0.0,
        word_dropout=0.0,
        temporal_interaction=dict(dropout=0.0),
    ).train()
    clips = torch.cat([random_clip(model, 3, seed) for seed in (0, 1)])
    with torch.no_grad():
        together = model.loss(clips, mask, samples)
        alone = [model.loss(clips[i : i + 1], mask[:1], samples[i : i + 1]) for i in range(2)]
    for name, value in together.items():
        # Each is divided by the number of valid frames, here equal for both.
        expected = (alone[0][name] + alone[1][name]) / 2
        torch.testing.assert_close(value, expected, rtol=1e-4, atol=1e-5)


def test_every_parameter_gets_a_finite_gradient():
    model = build_small_mutr().train()
    clips = torch.cat([random_clip(model, 5, seed) for seed in (0, 1)])
    mask = torch.zeros(2, 5, 64, 96, dtype=torch.bool)
    losses = model.loss(clips, mask, [video_sample(5), video_sample(5)])
    assert all(value.isfinite() for value in losses.values())
    sum(losses.values()).backward()
    without = [n for n, p in model.named_parameters() if p.requires_grad and p.grad is None]
    assert without == []
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)
    trained = [n for n, p in model.named_parameters() if p.grad is not None]
    for part in ('backbone', 'text_encoder', 'query_initializer', 'class_heads', 'mask_head'):
        assert any(name.startswith(f'{part}.') for name in trained)


def test_frozen_stages_are_the_parameters_without_gradient():
    backbone = dict(small_mutr_config()['backbone'], frozen_stages=1)
    model = build_small_mutr(backbone=backbone).train()
    frozen = {n for n, p in model.named_parameters() if not p.requires_grad}
    assert frozen
    assert all(name.startswith(('backbone.conv1', 'backbone.layer1')) for name in frozen)
    clip, mask = random_clip(model, 2), torch.zeros(1, 2, 64, 96, dtype=torch.bool)
    sum(model.loss(clip, mask, [video_sample(2)]).values()).backward()
    assert {n for n, p in model.named_parameters() if p.grad is None} == frozen


def test_a_sentence_without_target_trains():
    model = build_small_mutr().train()
    sample = video_sample(2)
    sample.gt_masks = torch.zeros(2, 64, 96, dtype=torch.bool)
    losses = model.loss(
        random_clip(model, 2), torch.zeros(1, 2, 64, 96, dtype=torch.bool), [sample]
    )
    assert all(value.isfinite() for value in losses.values())


def test_recomputing_changes_no_loss_and_no_gradient():
    """Dropout included: what is computed again drops what it dropped."""
    clip, mask = random_clip(build_small_mutr(), 3), torch.zeros(1, 3, 64, 96, dtype=torch.bool)
    results = []
    for recompute in (False, True):
        model = build_small_mutr(recompute=recompute).train()
        torch.manual_seed(0)
        losses = model.loss(clip, mask, [video_sample(3)])
        sum(losses.values()).backward()
        gradients = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
        results.append((losses, gradients))
    (losses, gradients), (again, gradients_again) = results
    assert all(torch.equal(losses[name], again[name]) for name in losses)
    assert set(gradients) == set(gradients_again)
    for name, wanted in gradients.items():
        torch.testing.assert_close(gradients_again[name], wanted, rtol=1e-4, atol=1e-5)


def test_losses_of_a_model_in_evaluation_are_of_its_last_layer():
    """Frames are drawn in chunks then."""
    model = build_small_mutr()
    clip, mask = random_clip(model, 5), torch.zeros(1, 5, 64, 96, dtype=torch.bool)
    found = []
    for size in (2, 8):
        model.chunk_size = size
        with torch.no_grad():
            found.append(model.loss(clip, mask, [video_sample(5)]))
    assert found[0]
    assert not any('d0' in name for name in found[0])
    for name, value in found[0].items():
        torch.testing.assert_close(value, found[1][name], rtol=1e-4, atol=1e-5)
