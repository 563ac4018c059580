"""MUTR with an initializer that looks at instances, on tracks that a model has found."""

from pathlib import Path

import mmengine.registry
import numpy as np
import pytest
import torch
from mmengine.config import Config

from mevis.checkpoints.loading import load_into
from mevis.datasets.moving_shapes.paths import Arena
from mevis.datasets.moving_shapes.render import render_scene
from mevis.datasets.moving_shapes.scene import build_scene
from mevis.registry import MODELS
from mevis.structures import Trajectories
from mevis.testing.small_mutr import build_small_mutr, random_video, video_sample
from mevis.testing.small_tracks import video_tracks

ROOT = Path(__file__).resolve().parents[3]
KINDS = ('DVISInstance', 'MaskPooledInstance', 'Trajectory')
TEXTS = ['the square that moves to the left', 'the red circle', 'everything that moves']


def shipped(name, **overrides):
    """A shipped model; what its weights lack stays as initialised."""
    mmengine.registry.init_default_scope('mevis')
    torch.manual_seed(0)
    cfg = Config.fromfile(str(ROOT / f'configs/{name}.py'))
    cfg.merge_from_dict({f'model.{key}': value for key, value in overrides.items()})
    model = MODELS.build(cfg.model)
    load_into(model, ROOT / f'weights/{name}.safetensors', partial=True)
    return model.eval()


@pytest.fixture(scope='module')
def scene():
    """Frames (T, 3, H, W) uint8 and what the shipped MinVIS finds in them."""
    arena = Arena(96, 144, 12)
    frames, _, _ = render_scene(build_scene(np.random.default_rng(3), arena))
    video = torch.from_numpy(frames).permute(0, 3, 1, 2).contiguous()
    dvis = shipped('dvis_tiny_moving_shapes_minvis')
    tracks = dvis.segment(video.split(6), (96, 144))
    assert len(tracks) > 3
    assert Trajectories.from_instances(tracks, range(12), 12).visible.any(1).sum() > 3
    return video, tracks


@torch.no_grad()
def answers(model, video, tracks, texts=TEXTS):
    sample = video_sample(len(video), tuple(video.shape[-2:]), texts)
    if tracks is not None:
        sample.instances = tracks
    model([video], [sample], mode='predict')
    return [(p.score, [rle['counts'] for rle in p.rles]) for p in sample.predictions]


@pytest.fixture(scope='module')
def random_answers(scene):
    found = answers(shipped('mutr_tiny_moving_shapes'), *scene)
    assert any(len(set(rles)) > 1 for _, rles in found)
    return found


@pytest.mark.parametrize('kind', KINDS)
def test_with_an_untrained_query_the_shipped_model_answers_as_before(scene, random_answers, kind):
    model = shipped(
        'mutr_tiny_moving_shapes', **{'query_initializer.type': f'{kind}QueryInitializer'}
    )
    assert answers(model, *scene) == random_answers
    with torch.no_grad():
        for parameter in model.query_initializer.block.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    changed = answers(model, *scene)
    assert changed != random_answers
    # Without tracks it is the random query whatever has been learnt.
    assert answers(model, scene[0], None) == random_answers
    assert answers(model, scene[0], scene[1].take([])) == random_answers


@pytest.mark.parametrize('kind', KINDS)
def test_the_query_is_made_once_per_video_and_not_per_sentence(kind):
    """Counted: its own calls, and the images that the backbone sees."""
    seen = {'calls': 0, 'images': 0}
    model = build_small_mutr(query_initializer=dict(type=f'{kind}QueryInitializer', num_heads=2))

    def count_call(*_):
        seen['calls'] += 1

    def count_images(_, inputs):
        seen['images'] += len(inputs[0])

    model.query_initializer.register_forward_pre_hook(count_call)
    model.backbone.register_forward_pre_hook(count_images)
    images = {}
    for count in (1, 5):
        seen.update(calls=0, images=0)
        answers(model, random_video(6, (48, 80)), video_tracks(2), ['a'] * count)
        assert seen['calls'] == 1
        images[count] = seen['images']
    # Six frames, and the masks: two tracks, one of them absent twice.
    assert images[5] == images[1] == 6 + (10 if kind == 'DVISInstance' else 0)


@pytest.mark.parametrize('kind', KINDS)
def test_interleaved_clips_see_the_tracks_of_their_own_frames(kind):
    """Six frames in clips of three: the same as each half by itself."""
    model = build_small_mutr(
        query_initializer=dict(type=f'{kind}QueryInitializer', num_heads=2), clip_length=3
    )
    given = []
    model.query_initializer.register_forward_pre_hook(lambda _, inputs: given.append(inputs[1]))
    video = random_video(6, (48, 80))
    answers(model, video, video_tracks(2), ['a'])
    (clips,) = given
    assert [[round(5 * t) for t in clip.times.tolist()] for clip in clips] == [[0, 2, 4], [1, 3, 5]]
    frames = video_tracks(2).decode(range(6))
    for start, clip in enumerate(clips):
        assert torch.equal(clip.decode(range(3)), frames[:, start::2])
        expected = model.data_preprocessor.normalize(video[start::2])
        torch.testing.assert_close(clip.read([0, 1, 2]), expected)
        assert clip.img_shape == clip.canvas == (48, 80)


@pytest.mark.parametrize('kind', KINDS)
def test_training_with_padding_reaches_the_query(kind):
    model = build_small_mutr(
        query_initializer=dict(type=f'{kind}QueryInitializer', num_heads=2)
    ).train()
    samples = [video_sample(3, size, times=(0, 2, 5)) for size in ((48, 80), (64, 64))]
    samples[0].instances = video_tracks(2)
    given = []
    model.query_initializer.register_forward_pre_hook(lambda _, inputs: given.append(inputs[1]))
    clips = [random_video(3, tuple(sample.img_shape)) for sample in samples]
    batch = model.data_preprocessor(dict(inputs=clips, data_samples=samples), training=True)
    losses, _ = model.parse_losses(model(**batch, mode='loss'))
    losses.backward()
    ((tracks, none),) = given
    assert none is None
    assert (tracks.img_shape, tracks.canvas) == ((48, 80), (64, 96))
    normalised = model.data_preprocessor.normalize(clips[0])
    torch.testing.assert_close(tracks.read([2, 0]), normalised[[2, 0]])
    grads = [p.grad for p in model.query_initializer.block.parameters()]
    assert all(grad is not None and grad.isfinite().all() for grad in grads)
    assert sum(grad.abs().sum() for grad in grads) > 0
