"""Every registered plug holds its contract, and so do a third party's; broken ones are caught."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.config import Config
from torch import nn

from mevis import registry
from mevis.refiners import hq_sam
from mevis.structures import InstanceMasks, encode_rle
from mevis.testing import contracts
from mevis.testing.contracts import ContractError
from mevis.testing.small_dvis import write_small_dvis
from mevis.testing.small_sam import small_hq_sam
from mevis.testing.small_sam2 import write_small_sam2
from mevis.testing.small_sam3 import write_small_sam3
from mevis.testing.small_videomt import write_small_videomt

DATA = Path(__file__).resolve().parents[1] / 'data'
ROBERTA = {
    'model_type': 'roberta',
    'vocab_size': 300,
    'hidden_size': 16,
    'num_hidden_layers': 1,
    'num_attention_heads': 2,
    'intermediate_size': 32,
}
FOUR_FRAMES = {'num_frames': 4}
SMALL_QUERY = {'num_queries': 5, 'embed_dims': 16}

# How each registered plug is built small, and what its check is told.
FRAME_SAMPLERS = {
    'AllFramesSampler': {},
    'GlobalFrameSampler': FOUR_FRAMES,
    'LocalFrameSampler': FOUR_FRAMES,
    'MUTRFrameSampler': FOUR_FRAMES,
}
TEXT_ENCODERS = {
    'HFTextEncoder': {'config': ROBERTA},
    'VocabularyTextEncoder': {'words': 'the dog left bird away', 'embed_dims': 16},
    'WordTextEncoder': {'embed_dims': 16},
}
QUERY_INITIALIZERS = {
    'DVISInstanceQueryInitializer': {**SMALL_QUERY, 'backbone_channels': (16,) * 4},
    'MaskPooledInstanceQueryInitializer': SMALL_QUERY,
    'RandomQueryInitializer': SMALL_QUERY,
    'TrajectoryQueryInitializer': SMALL_QUERY,
}
REFINERS = {
    'ChosenTracksRefiner': {},
    'HQSAMRefiner': {},
    'IdentityRefiner': {},
    'SAM2VideoRefiner': {},
    'SmallSAMRefiner': {},
}
TRACK_SOURCES = {
    'DVISTracks': {},
    'MotionTracks': {},
    'NoTracks': {},
    'SAM3VideoTracks': {'phrases': ['bird', 'dog']},
    'VidEoMTTracks': {},
}
TABLES = {
    'FRAME_SAMPLERS': FRAME_SAMPLERS,
    'TEXT_ENCODERS': TEXT_ENCODERS,
    'QUERY_INITIALIZERS': QUERY_INITIALIZERS,
    'REFINERS': REFINERS,
    'TRACK_SOURCES': TRACK_SOURCES,
}


def check_small_query(initializer: nn.Module) -> None:
    contracts.check_query_initializer(initializer, **SMALL_QUERY)


CHECKS: dict[str, Callable[[Any], None]] = {
    'FRAME_SAMPLERS': contracts.check_frame_sampler,
    'TEXT_ENCODERS': contracts.check_text_encoder,
    'QUERY_INITIALIZERS': check_small_query,
    'REFINERS': contracts.check_refiner,
    'TRACK_SOURCES': contracts.check_track_source,
}
PLUGS = [(slot, name) for slot, table in TABLES.items() for name in table]


def build(slot: str, name: str, **arguments: Any) -> Any:
    torch.manual_seed(0)
    return getattr(registry, slot).build({'type': name, **TABLES[slot][name], **arguments})


def write_tokenizer(folder: Path) -> str:
    """A tokenizer of a few words, as transformers saves it."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ['<s>', '<pad>', '</s>', '<unk>']
    words = sorted({word for text in contracts.EXPRESSIONS for word in text.split()})
    vocabulary = {word: index for index, word in enumerate([*special, *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token='<unk>'))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.RobertaProcessing(('</s>', 2), ('<s>', 0))
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token='<pad>', unk_token='<unk>', model_max_length=512
    ).save_pretrained(folder)
    return str(folder)


# Arguments that name files, which are written first.
FILES: dict[str, Callable[[Path], dict[str, str]]] = {
    'HFTextEncoder': lambda folder: {'name_or_path': write_tokenizer(folder)},
    'DVISTracks': lambda folder: dict(
        zip(('config', 'checkpoint'), write_small_dvis(folder), strict=True)
    ),
    'SAM2VideoRefiner': lambda folder: {'folder': write_small_sam2(folder)},
    'SAM3VideoTracks': lambda folder: {'weights': write_small_sam3(folder)},
    'VidEoMTTracks': lambda folder: {'weights': write_small_videomt(folder)},
}


@pytest.mark.parametrize('slot', TABLES)
def test_every_registered_plug_is_in_the_table(slot):
    plugs = getattr(registry, slot)
    plugs.import_from_location()
    ours = {name for name, one in plugs.module_dict.items() if one.__module__.startswith('mevis.')}
    assert ours == set(TABLES[slot])


@pytest.mark.parametrize(('slot', 'name'), PLUGS)
def test_plug_holds_its_contract(slot, name, tmp_path, monkeypatch):
    more = FILES[name](tmp_path) if name in FILES else {}
    if name == 'HQSAMRefiner':
        monkeypatch.setattr(hq_sam, 'build_sam', lambda model, checkpoint: small_hq_sam())
    CHECKS[slot](build(slot, name, **more))


@pytest.mark.parametrize(
    ('config', 'channels'),
    [
        ({'type': 'mmdet.ResNet', 'depth': 18}, (64, 128, 256, 512)),
        (
            {'type': 'mmdet.SwinTransformer', 'embed_dims': 12, 'depths': (1, 1, 1, 1)}
            | {'num_heads': (1, 2, 3, 6), 'window_size': 4},
            (12, 24, 48, 96),
        ),
        ({'type': 'TimmBackbone', 'model_name': 'resnet10t'}, None),
    ],
    ids=lambda value: value['type'] if isinstance(value, dict) else '',
)
def test_backbone_holds_its_contract(config, channels):
    contracts.check_backbone(registry.MODELS.build(config), channels)


@pytest.mark.parametrize(
    'config',
    [
        {'type': 'VideoSwinTransformer', 'embed_dims': 12, 'depths': (1, 1, 1, 1)}
        | {'num_heads': (1, 2, 3, 6), 'window_size': (2, 4, 4)},
        {'type': 'MotionConvBackbone', 'channels': (8, 8, 16, 16), 'stem_channels': 8},
    ],
    ids=lambda config: config['type'],
)
def test_clip_backbone_holds_its_contract(config):
    contracts.check_backbone(registry.MODELS.build(config), takes_clips=True)


@pytest.fixture(scope='module')
def acme():
    """The third party's config, reached as a user's config is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DATA / 'acme_plugin')
        yield Config.fromfile(DATA / 'acme_plugin/acme_plugin/acme_config.py')


@pytest.mark.parametrize('slot', TABLES)
def test_third_party_holds_the_contract(acme, slot):
    plug = getattr(registry, slot).build(acme[slot.lower().removesuffix('s')])
    assert type(plug).__module__.startswith('acme_plugin.')
    CHECKS[slot](plug)


def test_third_party_backbone_holds_the_contract(acme):
    contracts.check_backbone(registry.MODELS.build(acme.backbone))


# What follows breaks each contract once.


class KeywordRefiner(nn.Module):
    def __init__(self, **kwargs):
        super().__init__()


class ShortRefiner(nn.Module):
    def forward(self, frames, rles, context):
        return [track[1:] for track in rles]


class InPlaceRefiner(nn.Module):
    def forward(self, frames, rles, context):
        rles[0][0]['counts'] = rles[1][0]['counts']
        return rles


class MoodyRefiner(nn.Module):
    def forward(self, frames, rles, context):
        masks = torch.rand(len(context.frame_names), *context.size) > 0.5
        return [encode_rle(masks.numpy()) for _ in rles]


class CrossingRefiner(nn.Module):
    def forward(self, frames, rles, context):
        return [rles[-1] for _ in rles]


class RememberingRefiner(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer('calls', torch.zeros(()))

    def forward(self, frames, rles, context):
        self.calls += 1
        return rles


class GreedyRefiner(nn.Module):
    def forward(self, frames, rles, context):
        frames([len(context.frame_names)])
        return rles


@pytest.mark.parametrize(
    ('refiner', 'message'),
    [
        (KeywordRefiner, r'\*\*kwargs'),
        (ShortRefiner, 'masks became'),
        (InPlaceRefiner, 'changed the masks'),
        (MoodyRefiner, 'second run'),
        (CrossingRefiner, 'depend on the other expressions'),
        (RememberingRefiner, 'parameters or buffers'),
        (GreedyRefiner, 'were read'),
    ],
)
def test_broken_refiner_is_caught(refiner, message):
    with pytest.raises(ContractError, match=message):
        contracts.check_refiner(refiner())


@pytest.mark.parametrize(
    ('sample', 'message'),
    [
        (lambda n, centre, rng: [centre], 'instead of 2'),
        (lambda n, centre, rng: [n, n], 'outside'),
        (lambda n, centre, rng: [n - 1, 0], 'not sorted'),
        (lambda n, centre, rng: [0, 0], 'repeat'),
        (lambda n, centre, rng: sorted(rng.choice(n, 2)), 'no list of int'),
        (
            lambda n, centre, rng: [0, min(n - 1, 1 + int(torch.randint(0, n, ())))],
            'other frames',
        ),
    ],
)
def test_broken_sampler_is_caught(sample, message):
    sampler = type('Sampler', (), {'num_frames': 2, '__call__': lambda self, *args: sample(*args)})
    with pytest.raises(ContractError, match=message):
        contracts.check_frame_sampler(sampler())


class BrokenTextEncoder(nn.Module):
    """Mixes the expressions of a batch, or masks the wrong side."""

    embed_dims = 4

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault

    def forward(self, expressions, device):
        lengths = [len(text.split()) for text in expressions]
        padding = torch.arange(max(lengths))[None] >= torch.tensor(lengths)[:, None]
        words = torch.ones(*padding.shape, 4)
        if self.fault == 'mixes':
            words = words * sum(lengths)
        if self.fault == 'inverted':
            padding = ~padding
        if self.fault == 'channels':
            words = words[..., :2]
        return SimpleNamespace(words=words, padding_mask=padding)


@pytest.mark.parametrize(
    ('fault', 'message'),
    [('mixes', 'two batches of one'), ('inverted', 'padding only'), ('channels', 'embed_dims')],
)
def test_broken_text_encoder_is_caught(fault, message):
    with pytest.raises(ContractError, match=message):
        contracts.check_text_encoder(BrokenTextEncoder(fault))


class BrokenQueryInitializer(nn.Module):
    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault
        self.query = nn.Parameter(torch.ones(5, 16))

    def forward(self, levels, instances, encode):
        query = self.query.expand(len(instances), -1, -1)
        if self.fault == 'mixes':
            return query * sum(1 if one is None else len(one) for one in instances)
        if self.fault == 'detached':
            return query.detach()
        return query[:, :-1]


@pytest.mark.parametrize(
    ('fault', 'message'),
    [
        ('mixes', 'two batches of one'),
        ('shape', 'not'),
        ('detached', 'no gradient'),
    ],
)
def test_broken_query_initializer_is_caught(fault, message):
    with pytest.raises(ContractError, match=message):
        check_small_query(BrokenQueryInitializer(fault))


def test_backbone_of_wrong_strides_is_caught():
    config = {'type': 'mmdet.ResNet', 'depth': 18, 'strides': (1, 2, 2, 1)}
    with pytest.raises(ContractError, match='levels are'):
        contracts.check_backbone(registry.MODELS.build(config), (64, 128, 256, 512))


def test_backbone_that_keeps_training_statistics_is_caught():
    class Drifting(nn.Module):
        out_channels = (1, 1, 1, 1)

        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm2d(3)

        def forward(self, images):
            images = self.norm.train()(images)
            return [images[:, :1, ::stride, ::stride] for stride in contracts.STRIDES]

    with pytest.raises(ContractError, match='two batches of one|parameters or buffers'):
        contracts.check_backbone(Drifting())


class BrokenTrackSource(nn.Module):
    """Two tracks, with a fault."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault
        self.calls = 0

    def forward(self, video):
        self.calls += 1
        masks = np.zeros((2, len(video), *video.size), bool)
        masks[0, :, : 3 + self.calls * (self.fault == 'moody')] = True
        rles = [encode_rle(track) for track in masks]
        if self.fault == 'short':
            rles[1].pop()
        if self.fault == 'greedy':
            video.read([len(video)])
        if self.fault == 'cut':
            rles[0][0] = {**rles[0][0], 'counts': rles[0][0]['counts'][:-1]}
        scores = {'rising': [0.2, 0.9], 'logits': [3.0, -1.0], 'fewer': [0.5]}
        size = (9, 9) if self.fault == 'size' else video.size
        return InstanceMasks(rles, scores.get(self.fault, [0.9, 0.2]), [-1, -1], size)


@pytest.mark.parametrize(
    ('fault', 'message'),
    [
        ('moody', 'a second run'),
        ('short', 'track 1: 4 masks, but the video has 5'),
        ('greedy', 'were read'),
        ('cut', 'track 0, frame 0: the runs'),
        ('rising', 'do not fall'),
        ('logits', 'not all from 0 to 1'),
        ('fewer', 'differ in length'),
        ('size', r'masks of size \(9, 9\)'),
    ],
)
def test_broken_track_source_is_caught(fault, message):
    contracts.check_track_source(BrokenTrackSource('none'))
    with pytest.raises(ContractError, match=message):
        contracts.check_track_source(BrokenTrackSource(fault))
