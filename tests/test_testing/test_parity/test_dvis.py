"""Our DVIS equals the recordings, and each mistake that is easily made does not."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import nn

from mevis.apis.parity.dvis import recordings
from mevis.errors import UserError
from mevis.models.dvis import instance_stream, referring_tracker
from mevis.models.dvis.instance_stream import InstanceStream
from mevis.models.dvis.matching import assign, cosine_cost
from mevis.models.dvis.referring_tracker import ReferringTracker, TrackerLayer
from mevis.models.dvis.temporal_refiner import Refined, TemporalRefiner
from mevis.testing.parity import dvis
from mevis.testing.parity.comparison import Comparison, read_tensors


@pytest.fixture(scope='module')
def parity(parity_folder):
    return recordings(parity_folder / 'dvis')


@pytest.mark.parametrize('name', ['tracker', 'refiner', 'preprocess'])
def test_module_equals_the_official_one(parity, name):
    comparison = parity.check_case(name)
    assert comparison.holds, comparison.worst
    assert len(comparison.rows) >= 4


@pytest.mark.slow
@pytest.mark.parametrize(
    'name',
    [
        *('segmenter_r50', 'segmenter_r50_full', 'segmenter_swin', 'minvis_e2e'),
        *('dvis_online_e2e', 'dvis_offline_e2e', 'dvis_online_keep'),
    ],
)
def test_model_equals_the_official_one(parity, name):
    comparison = parity.check_case(name)
    assert comparison.holds, comparison.worst
    assert len(comparison.rows) >= 12


def test_every_official_key_has_its_place(parity):
    paths = sorted(parity.folder.glob('keys_official_*_*_*.json'))
    assert len(paths) == 18
    for path in paths:
        comparison = parity.check_keys(path)
        assert comparison.holds, (path.stem, comparison.worst)


def test_weights_by_rule_are_those_of_the_recording(parity):
    paths = sorted(parity.folder.glob('checks_*.json'))
    assert len(paths) >= 8
    for path in paths[:3]:
        assert parity.check_rule(path).holds
    other = parity.check_rule(paths[0])
    parity.rules['rules'][-1]['gain'] *= 1.001
    try:
        assert not parity.check_rule(paths[0]).holds
    finally:
        parity.rules['rules'][-1]['gain'] = 1.0
    assert len(other.rows) > 500


@cache
def prepared(folder: Path, name: str) -> tuple[dict, dict, nn.Module]:
    """A case without what is to be computed in double precision, its tensors, its module."""
    parity = recordings(folder)
    case = deepcopy(parity.index[name])
    case['tensors'] = {k: v for k, v in case['tensors'].items() if not k.startswith('f64.')}
    return case, read_tensors(folder / case['file']), parity.load(case)


def differing(parity, name: str, double: bool = False) -> set[str]:
    """Outputs of a case that differ from the recording, by their last name."""
    case, tensors, module = prepared(parity.folder, name)
    comparison = Comparison(name)
    if double:
        case = deepcopy(parity.index[name])
        case['tensors'] = {k: v for k, v in case['tensors'].items() if k.startswith('f64.')}
        got = dvis.compute(deepcopy(module).double(), case, tensors)
        got = {f'f64.{key}': value for key, value in got.items()}
    else:
        got = dvis.compute(module, case, tensors)
    dvis.compare(comparison, case, got, tensors)
    assert comparison.rows
    return {
        name.split('.')[-1].split(' ')[0] for name, off, limit in comparison.rows if off > limit
    }


@pytest.mark.parametrize('name', ['tracker', 'refiner', 'dvis_offline_e2e', 'dvis_online_keep'])
def test_without_a_mistake_nothing_differs(parity, name):
    assert differing(parity, name) == set()


# The mistakes that the authors of the recordings tried.


def use_textbook_matching(patch):
    original = referring_tracker.match_frames
    patch.setattr(
        referring_tracker,
        'match_frames',
        lambda embeds, reference, matching, eps: original(embeds, reference, 'textbook', eps),
    )


def leave_the_reference_unpermuted(patch):
    def match(embeds, reference, matching, eps):
        start = embeds[0] if reference is None else reference
        references = torch.cat((start[None], embeds[:-1]))
        orders = [
            assign(cosine_cost(one, frame, eps), matching)
            for one, frame in zip(references, embeds, strict=True)
        ]
        return torch.stack(orders)

    patch.setattr(referring_tracker, 'match_frames', match)


def ask_with_the_own_output(patch):
    original = TrackerLayer.forward
    patch.setattr(
        TrackerLayer,
        'forward',
        lambda self, identity, query, frame: original(self, identity, identity, frame),
    )


def norm_the_memory(patch):
    original = ReferringTracker._decode

    def decode(self, start, memory, frame):
        return original(self, start, None if memory is None else self.norm(memory), frame)

    patch.setattr(ReferringTracker, '_decode', decode)


def shrink_the_eps_of_norms(patch):
    original = nn.LayerNorm.forward

    def forward(self, x):
        patch.setattr(self, 'eps', 1e-12)
        return original(self, x)

    patch.setattr(nn.LayerNorm, 'forward', forward)


def pad_time_with_zeros(patch):
    original = nn.Conv1d.forward

    def forward(self, x):
        patch.setattr(self, 'padding_mode', 'zeros')
        return original(self, x)

    patch.setattr(nn.Conv1d, 'forward', forward)


def weigh_over_queries(patch):
    def answer(self, outputs):
        embeds = self.norm(outputs)
        weights = self.frame_weight(embeds).softmax(1)
        logits = self.class_head((weights * embeds).sum(0))
        return Refined(self.mask_embed(embeds), logits, embeds)

    patch.setattr(TemporalRefiner, 'answer', answer)


def forget_the_tracker_s_opinion(patch):
    original = instance_stream.class_probabilities
    patch.setattr(instance_stream, 'class_probabilities', lambda first, *rest: original(first))


def resize_once(patch):
    def enlarge(logits, padded_size, size, out_size):
        height, width = (
            logits.shape[-2 + side] * size[side] // padded_size[side] for side in (0, 1)
        )
        return nn.functional.interpolate(
            logits[..., :height, :width], out_size, mode='bilinear', align_corners=False
        )

    patch.setattr(instance_stream, 'enlarge_masks', enlarge)


def forget_the_window_before(patch):
    original = ReferringTracker.forward
    patch.setattr(ReferringTracker, 'forward', lambda self, frames, state: original(self, frames))


def average_probabilities(patch):
    frames = []
    original = InstanceStream.feed

    def feed(self, window):
        def track(queries, state, forward=self.tracker.forward):
            tracked = forward(queries, state)
            frames.append(tracked.queries.logits)
            return tracked

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(self.tracker, 'forward', track)
            original(self, window)

    patch.setattr(InstanceStream, 'feed', feed)
    patch.setattr(
        instance_stream,
        'class_probabilities',
        lambda *logits: torch.cat(frames).softmax(-1)[..., :-1].mean(0),
    )


@pytest.mark.parametrize(
    ('mistake', 'case', 'shows'),
    [
        (use_textbook_matching, 'tracker', 'indices'),
        (leave_the_reference_unpermuted, 'tracker', 'indices'),
        (ask_with_the_own_output, 'tracker', 'pred_logits'),
        (norm_the_memory, 'tracker', 'pred_logits'),
        (pad_time_with_zeros, 'refiner', 'pred_masks'),
        (weigh_over_queries, 'refiner', 'pred_logits'),
        (forget_the_tracker_s_opinion, 'dvis_offline_e2e', 'pred_scores'),
        (resize_once, 'dvis_offline_e2e', 'pred_masks_packed'),
        (forget_the_window_before, 'dvis_online_keep', 'video_logits'),
        (average_probabilities, 'dvis_online_e2e', 'pred_scores'),
    ],
    ids=lambda value: value.__name__ if callable(value) else '',
)
def test_a_mistake_is_caught(parity, monkeypatch, mistake: Callable, case: str, shows: str):
    prepared(parity.folder, case)
    mistake(monkeypatch)
    assert shows in differing(parity, case)


def test_an_eps_of_1e_12_is_caught_in_double(parity, monkeypatch):
    assert differing(parity, 'refiner', double=True) == set()
    shrink_the_eps_of_norms(monkeypatch)
    assert differing(parity, 'refiner', double=True)


def test_an_output_that_is_not_computed_counts(parity):
    case, tensors, _ = prepared(parity.folder, 'tracker')
    comparison = Comparison('tracker')
    dvis.compare(comparison, case, {}, tensors)
    assert not any(off <= limit for _, off, limit in comparison.rows)


def test_an_incomplete_recording_is_named(parity, tmp_path):
    for name in ('tracker.safetensors', 'keys_tracker.json', 'weight_rule.json'):
        (tmp_path / name).write_bytes((parity.folder / name).read_bytes())
    case = parity.index['tracker']
    absent = {**case['tensors'], 'full.other': case['tensors']['full.indices']}
    for broken, key in (
        ({**case, 'tensors': absent}, 'full.other'),
        ({k: v for k, v in case.items() if k != 'salt'}, 'salt'),
    ):
        (tmp_path / 'index.json').write_text(json.dumps({'tracker': broken}))
        with pytest.raises(UserError, match=f"tracker: '{key}' is absent from tracker.safetensors"):
            recordings(tmp_path).check_folder()


def test_a_folder_without_recordings_is_refused(tmp_path):
    with pytest.raises(UserError, match=r'index\.json: absent'):
        recordings(tmp_path).check_folder()
    (tmp_path / 'index.json').write_text('{}')
    (tmp_path / 'weight_rule.json').write_text('{}')
    with pytest.raises(UserError, match='no case'):
        recordings(tmp_path).check_folder()
    (tmp_path / 'index.json').write_text('{"a": {"kind": "opera", "file": "a.safetensors"}}')
    with pytest.raises(UserError, match="unknown kind 'opera'"):
        recordings(tmp_path).check_folder()
    (tmp_path / 'index.json').write_text('{"a": {"kind": "e2e", "file": "a.safetensors"}}')
    with pytest.raises(UserError, match=r'a\.safetensors: absent'):
        recordings(tmp_path).check_folder()
