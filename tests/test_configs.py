"""Every config loads, survives a round trip through text and builds its model at full size."""

from functools import cache
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mevis.apis.configs.errors import check_engine_names
from mevis.errors import UserError
from mevis.testing.parity.dvis_recordings import shapes_only

ROOT = Path(__file__).resolve().parents[1]
BASES = sorted((ROOT / 'configs/_base_').rglob('*.py'))
# Sources of tracks train nothing; they have a test of their own.
TRACKS = sorted((ROOT / 'configs').glob('tracks_*.py'))
LEAVES = sorted(set((ROOT / 'configs').rglob('*.py')) - {*BASES, *TRACKS})
# Leaves that share a base model differ in their data alone.
ONE_PER_MODEL = {str(Config.fromfile(str(path)).model): path for path in LEAVES}
HEADER = ('Command:', 'Hardware:')
FIGURE = {'MUTR': 'J&F', 'DVIS': 'AP', 'TrackSelector': 'J&F', 'SmallSAM': 'J&F'}


def name(path: Path) -> str:
    return path.relative_to(ROOT / 'configs').as_posix()


def model_type(path: Path) -> str:
    return Config.fromfile(str(path)).model.type


every_leaf = pytest.mark.parametrize('path', LEAVES, ids=name)


def one_of_each(kind: str) -> pytest.MarkDecorator:
    paths = [path for path in ONE_PER_MODEL.values() if model_type(path) == kind]
    return pytest.mark.parametrize('path', paths, ids=name)


def test_there_are_configs():
    assert len(LEAVES) >= 8
    assert len(BASES) >= 5
    assert len(TRACKS) >= 2
    families = {'r50', 'swint', 'swinl', 'videoswinb', 'minvis', 'online', 'offline'}
    assert families <= {part for path in LEAVES for part in path.stem.split('_')}
    assert {model_type(path) for path in ONE_PER_MODEL.values()} == set(FIGURE)


@pytest.mark.parametrize('path', [*BASES, *LEAVES, *TRACKS], ids=name)
def test_it_loads_and_its_text_is_the_same_config(path):
    cfg = Config.fromfile(str(path))
    assert len(cfg) > 0
    again = Config.fromstring(cfg.pretty_text, '.py')
    assert again.to_dict() == cfg.to_dict()


@every_leaf
def test_it_names_what_exists_in_the_engine(path):
    cfg = Config.fromfile(str(path))
    assert cfg.default_scope == 'mevis'
    assert {'model', 'train_dataloader', 'optim_wrapper', 'train_cfg'} <= set(cfg)
    check_engine_names(cfg)


@pytest.mark.parametrize('path', TRACKS, ids=name)
def test_a_source_of_tracks_is_built_without_its_weights(path):
    cfg = Config.fromfile(str(path))
    assert cfg.test_dataloader.dataset.pipeline[0].type == 'OpenClipFrames'
    source = build_without_weights(path).source
    with pytest.raises(UserError, match=r'^weights/.*official'):
        source.weight_files()
    head = path.read_text().split('_base_')[0]
    assert f'Command: tools/extract_instance_masks.py configs/{name(path)}' in head
    assert 'Not run' in head


def highest_k(cfg: Config) -> int:
    """Of the recall among K tracks."""
    metrics = [one for one in cfg.test_evaluator if one.type == 'InstanceRecallMetric']
    return max(max(one.top_k) for one in metrics)


@pytest.mark.parametrize('path', [path for path in LEAVES if model_type(path) == 'DVIS'], ids=name)
def test_recall_is_asked_for_no_more_tracks_than_there_may_be(path):
    cfg = Config.fromfile(str(path))
    assert highest_k(cfg) <= cfg.model.num_instances


def test_dvis_goes_with_mevis(tmp_path):
    """What docs/guides/instances.md shows for fine-tuning."""
    guide = (ROOT / 'docs/guides/instances.md').read_text()
    text = guide.split('# configs/my_dvis.py\n')[1].split('```')[0]
    path = tmp_path / 'my_dvis.py'
    path.write_text(text.replace("'_base_/", f"'{ROOT}/configs/_base_/"))
    cfg = Config.fromfile(str(path))
    check_engine_names(cfg)
    assert cfg.model.num_classes == 1
    assert highest_k(cfg) == cfg.model.num_instances == 20
    assert cfg.train_dataloader.dataset.type == 'MeViSInstanceDataset'
    assert len(build_without_weights(path).tracker.layers) == 6


@every_leaf
def test_its_head_says_what_it_is(path):
    head = path.read_text().split('_base_')[0]
    assert head.startswith('# ')
    missing = [word for word in (*HEADER, FIGURE[model_type(path)]) if word not in head]
    assert not missing, missing


@cache
def build_without_weights(path: Path) -> torch.nn.Module:
    import mevis.models  # noqa: F401
    from mevis.registry import MODELS

    with DefaultScope.overwrite_default_scope('mevis'), shapes_only():
        return MODELS.build(Config.fromfile(str(path)).model)


@every_leaf
def test_its_model_builds_at_full_size(path):
    model = build_without_weights(path)
    assert sum(parameter.numel() for parameter in model.parameters()) > 10_000


@every_leaf
def test_rates_match_parameters(path):
    """A rate whose key matches no parameter would be ignored in silence."""
    cfg = Config.fromfile(str(path))
    keys = cfg.optim_wrapper.get('paramwise_cfg', {}).get('custom_keys', {})
    names = [name for name, _ in build_without_weights(path).named_parameters()]
    assert [key for key in keys if not any(key in name for name in names)] == []


def clip_length(cfg: Config) -> int:
    """Frames of a training clip, of whatever dataset it is."""
    dataset = cfg.train_dataloader.dataset
    dataset = dataset.get('datasets', [dataset])[0]
    made = [step.num_frames for step in dataset.pipeline if step.type == 'ImageToPseudoClip']
    return made[0] if made else dataset.frame_sampler.num_frames


SMALL_BACKBONES = {
    'mmdet.ResNet': (
        dict(depth=18, base_channels=8, frozen_stages=-1),
        [8, 16, 32, 64],
    ),
    'mmdet.SwinTransformer': (
        dict(embed_dims=8, depths=(1, 1, 1, 1), num_heads=(1, 1, 2, 2)),
        [8, 16, 32, 64],
    ),
    'VideoSwinTransformer': (
        dict(embed_dims=8, depths=(1, 1, 1, 1), num_heads=(1, 1, 2, 2)),
        (),
    ),
}


@one_of_each('MUTR')
def test_a_small_mutr_of_its_kind_learns(path):
    """The same parts in small, built by overrides alone, take a clip and give gradients."""
    cfg = Config.fromfile(str(path))
    small, channels = SMALL_BACKBONES.get(cfg.model.backbone.type, (None, None))
    if small is None or cfg.model.text_encoder.type != 'HFTextEncoder':
        pytest.skip('small as it is; its own tests train it')
    cfg.merge_from_dict(
        {
            'model.text_encoder': dict(_delete_=True, type='WordTextEncoder', embed_dims=16),
            'model.embed_dims': 32,
            'model.num_heads': 2,
            'model.feedforward_dims': 32,
            'model.mask_dims': 16,
            'model.backbone_channels': channels,
            **{f'model.backbone.{key}': value for key, value in small.items()},
        }
    )
    from mevis.structures import Expression, RefVidSegDataSample

    num_frames = clip_length(cfg)
    sample = RefVidSegDataSample(
        metainfo=dict(
            video='a',
            frame_names=[str(index) for index in range(num_frames)],
            frame_indices=list(range(num_frames)),
            num_video_frames=num_frames,
            ori_shape=(64, 64),
            img_shape=(64, 64),
            expressions=[Expression('0', 'the square moving left', (0,))],
        )
    )
    sample.gt_masks = torch.zeros(num_frames, 64, 64, dtype=torch.bool)
    sample.gt_masks[:, 20:40, 20:40] = True
    trained = parts_that_learn(cfg, sample, num_frames)
    assert any(name.startswith('backbone.') for name in trained)
    assert any(name.startswith('text_encoder.') for name in trained)


@one_of_each('DVIS')
def test_a_small_dvis_of_its_kind_learns(path):
    """Likewise; what the stage is about learns, and nothing else."""
    cfg = Config.fromfile(str(path))
    small, channels = SMALL_BACKBONES[cfg.model.segmenter.backbone.type]
    sizes = dict(mask_dims=32, num_heads=2, feedforward_dims=32)
    layers = dict(encoder_layers=1, encoder_feedforward_dims=32, decoder_layers=1)
    overrides = {
        'model.embed_dims': 32,
        'model.num_points': 64,
        'model.segmenter.num_queries': 4,
        'model.segmenter.backbone_channels': channels,
        'model.segmenter.head': {**sizes, **layers},
        **{f'model.segmenter.backbone.{key}': value for key, value in small.items()},
    }
    parts = [part for part in ('tracker', 'refiner') if 'No' not in cfg.model[part].type]
    parts = [part for part in parts if cfg.model[part].type != 'QueryMatcher']
    for part in parts:
        overrides |= {f'model.{part}.{key}': value for key, value in sizes.items()}
        overrides[f'model.{part}.num_layers'] = 1
    cfg.merge_from_dict(overrides)
    from mevis.structures import ClipInstances, RefVidSegDataSample

    num_frames = cfg.train_dataloader.dataset.frame_sampler.num_frames
    sample = RefVidSegDataSample()
    masks = torch.zeros(2, num_frames, 64, 64, dtype=torch.bool)
    masks[0, :, 20:40, 20:40] = True
    masks[1, -1, 40:50, 10:20] = True
    sample.gt_instances = ClipInstances(torch.tensor([0, 0]), masks)
    trained = parts_that_learn(cfg, sample, num_frames)
    assert {name.split('.')[0] for name in trained} == {parts[-1] if parts else 'segmenter'}


def parts_that_learn(cfg: Config, sample, num_frames: int) -> list[str]:
    """Names of the parameters that a clip gives gradients."""
    import mevis.models  # noqa: F401
    from mevis.registry import MODELS

    with DefaultScope.overwrite_default_scope('mevis'):
        model = MODELS.build(cfg.model)
    batch = dict(
        inputs=[torch.randint(0, 256, (num_frames, 3, 64, 64), dtype=torch.uint8)],
        data_samples=[sample],
    )
    model.train()
    losses = model(**model.data_preprocessor(batch, training=True), mode='loss')
    total, _ = model.parse_losses(losses)
    total.backward()
    assert torch.isfinite(total)
    return [name for name, p in model.named_parameters() if p.grad is not None]


TABLE_1 = ('local', 'local_hqsam', 'global', 'global_hqsam', 'global_inst', 'global_inst_hqsam')


@pytest.mark.parametrize('row', TABLE_1)
def test_a_row_of_the_paper_differs_from_the_first_as_its_name_says(row):
    cfg, first = (Config.fromfile(f'{ROOT}/configs/mutr_swinl_{one}.py') for one in (row, 'local'))
    with_instances, refined = 'inst' in row, 'hqsam' in row
    initializer = 'DVISInstanceQueryInitializer' if with_instances else 'RandomQueryInitializer'
    assert cfg.model.query_initializer == {'type': initializer}
    assert cfg.model.refiner == {'type': 'HQSAMRefiner' if refined else 'IdentityRefiner'}
    sampler = cfg.train_dataloader.dataset.frame_sampler
    assert sampler.type == ('GlobalFrameSampler' if 'global' in row else 'LocalFrameSampler')
    for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        folder = cfg[loader].dataset.get('instance_masks_dir')
        assert folder == ('data/mevis/instances/{split}' if with_instances else None)
        cfg[loader].dataset.pop('instance_masks_dir', None)
    cfg.train_dataloader.dataset.frame_sampler = first.train_dataloader.dataset.frame_sampler
    cfg.model.query_initializer = first.model.query_initializer
    cfg.model.refiner = first.model.refiner
    assert cfg.to_dict() == first.to_dict()


def test_the_winners_are_tested_as_they_were():
    cfg = Config.fromfile(str(ROOT / 'configs/mutr_swinl_mevis_tapall.py'))
    assert (cfg.model.clip_length, cfg.model.clip_query) == (30, 'own')
    assert cfg.test_dataloader.dataset.pipeline[0] == dict(type='LoadResizedFrames', short_side=432)
    assert cfg.model.query_initializer.type == 'RandomQueryInitializer'
