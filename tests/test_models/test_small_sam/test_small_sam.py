import numpy as np
import pytest
import torch

from mevis.models.small_sam import SmallSAM
from mevis.models.small_sam.prompts import NO_POINT, prompt_batch
from mevis.structures import ClipInstances, Expression, RefVidSegDataSample, encode_rle

SIZE = (40, 60)


def small_sam(seed=0):
    torch.manual_seed(seed)
    return SmallSAM(
        dict(type='mevis.RefVidSegDataPreprocessor', pad_size_divisor=1),
        image_size=32,
        embed_dims=32,
    )


def rectangle(top=10, left=20, height=15, width=20):
    mask = np.zeros(SIZE, bool)
    mask[top : top + height, left : left + width] = True
    return mask


def image(seed=0):
    values = np.random.default_rng(seed).integers(0, 256, (1, 3, *SIZE), dtype=np.uint8)
    return torch.from_numpy(values)


def rngs(count):
    return [np.random.default_rng(index) for index in range(count)]


def training_sample(masks):
    sample = RefVidSegDataSample()
    labels = torch.zeros(len(masks), dtype=torch.long)
    sample.gt_instances = ClipInstances(labels, torch.from_numpy(np.stack(masks))[:, None])
    return sample


def test_prompts_lie_where_the_mask_is_in_the_square():
    mask = rectangle()
    prompts = prompt_batch(mask[None], rngs(1), 32, 10, 5, 4.0)
    points, labels = prompts.points[0], prompts.labels[0]
    assert labels.tolist() == [1] * 10 + [NO_POINT] * 5  # a rectangle fills its box
    columns, rows = (points[:10] + 0.5).T.numpy() * [[60 / 32], [40 / 32]]
    assert mask[np.floor(rows).astype(int), np.floor(columns).astype(int)].all()
    assert prompts.boxes[0].tolist() == pytest.approx(
        [20.5 * 32 / 60 - 0.5, 10.5 * 0.8 - 0.5, 39.5 * 32 / 60 - 0.5, 24.5 * 0.8 - 0.5]
    )
    assert prompts.masks.shape == (1, 1, 32, 32)
    assert prompts.masks.min() == -4
    assert prompts.masks.max() == pytest.approx(4)


def test_every_prompt_counts():
    model = small_sam().eval()
    features = model.encode(image())
    prompts = model.prompts(rectangle()[None], rngs(1))
    logits, quality = model.decoder(features, prompts)
    assert logits.shape == (1, 32, 32)
    assert quality.shape == (1,)
    for name, value in vars(prompts).items():
        changed = value.roll(3, 1) if name != 'masks' else -value
        if name == 'labels':
            changed = 1 - value.clamp(min=0)
        others = type(prompts)(**{**vars(prompts), name: changed})
        assert not torch.equal(model.decoder(features, others)[0], logits), name


def test_absent_points_change_nothing():
    model = small_sam().eval()
    features, prompts = model.encode(image()), model.prompts(rectangle()[None], rngs(1))
    moved = type(prompts)(
        **{
            **vars(prompts),
            'points': torch.where((prompts.labels == NO_POINT)[..., None], 7.0, prompts.points),
        }
    )
    assert torch.equal(model.decoder(features, moved)[0], model.decoder(features, prompts)[0])


def test_masks_are_mended_independently_of_each_other():
    model = small_sam().eval()
    masks = np.stack([rectangle(), rectangle(3, 5, 9, 7)])
    features = model.encode(image())
    both = model.mend(features, masks, rngs(2))
    alone = [model.mend(features, masks[i : i + 1], rngs(2)[i : i + 1])[0] for i in (0, 1)]
    assert both.shape == (2, *SIZE)
    assert both.dtype == torch.bool
    assert torch.equal(both, torch.stack(alone))


def test_it_learns_a_frame():
    model = small_sam()
    clip = torch.zeros(1, 1, 3, *SIZE)
    mask = rectangle()
    clip[0, 0, :, torch.from_numpy(mask)] = 2.0
    samples = [training_sample([mask])]
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3)
    torch.manual_seed(0)
    ious = []
    for _ in range(40):
        losses = model(clip, samples, mode='loss')
        optimizer.zero_grad()
        sum(value for name, value in losses.items() if 'loss' in name).backward()
        optimizer.step()
        ious.append(float(losses['mask_iou']))
    assert np.mean(ious[-5:]) > 0.85 > 0.5 > ious[0]


def test_the_engines_seed_decides_what_is_learnt():
    model = small_sam()
    clip = image()[:, None].float() / 255
    samples = [training_sample([rectangle(), rectangle(0, 0, 5, 5)])]
    found = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        found.append(float(model(clip, samples, mode='loss')['loss_dice'].detach()))
    assert found[0] == found[1] != found[2]


def test_gradients_reach_all_but_what_stands_for_no_mask():
    model = small_sam()
    losses = model(image()[:, None].float() / 255, [training_sample([rectangle()])], mode='loss')
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    without = {name for name, value in model.named_parameters() if value.grad is None}
    assert without == {'decoder.prompt_encoder.no_mask_embed.weight'}


def test_it_is_tested_on_degraded_truths():
    model = small_sam().eval()
    sample = RefVidSegDataSample()
    sample.set_metainfo(
        dict(
            video='v',
            frame_names=['00000', '00001'],
            ori_shape=SIZE,
            expressions=[Expression('0', 'a thing'), Expression('1', 'nothing')],
        )
    )
    sample.gt_rles = {'0': [*encode_rle(rectangle()[None]), None], '1': [None, None]}
    (answered,) = model([image()[[0, 0]]], [sample], mode='predict')
    first, second = answered.predictions
    empty = encode_rle(np.zeros((1, *SIZE), bool))[0]
    assert [len(first.rles), len(second.rles)] == [2, 2]
    assert first.rles[1] == empty
    assert second.rles == [empty, empty]
    with pytest.raises(ValueError, match='neither'):
        model(None, [], mode='tensor')
