"""Proves MinVIS and DVIS equal to recordings of the official code.

Tolerances are those of ``index.json``: absolute, measured per tensor.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mevis.errors import UserError
from mevis.structures import decode_rle
from mevis.testing.parity.comparison import Comparison, read_json, read_tensors
from mevis.testing.parity.dvis_recordings import (
    build,
    model_config,
    refiner_config,
    ruled_state,
    shapes_only,
    tracker_config,
)

Convert = Callable[[Mapping[str, Tensor]], Any]
Resize = Callable[[np.ndarray, int, int], np.ndarray]
Values = dict[str, Tensor]


class DVISParity:
    """Checks the recordings of a folder.

    Args:
        folder: With ``index.json`` and ``weight_rule.json``.
        to_ours: Official state dict -> ``Conversion``.
        to_official: Our state dict -> ``Conversion``.
        resize: (frame (H, W, 3), shorter side, bound of the longer side) -> the resized frame.

    Raises:
        UserError: If the folder has no index.
    """

    def __init__(
        self,
        folder: Path,
        to_ours: Convert,
        to_official: Convert,
        resize: Resize,
    ) -> None:
        self.folder = folder
        self.to_ours = to_ours
        self.to_official = to_official
        self.resize = resize
        self.index = self._read('index.json')
        self.rules = self._read('weight_rule.json')

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        if not path.is_file():
            raise UserError(f'{path}: absent. Is this the folder of DVIS recordings, and whole?')
        return read_json(path)

    def check_folder(self) -> list[Comparison]:
        """Checks every recording.

        Raises:
            UserError: If there is none, or one is of an unknown kind.
        """
        if not isinstance(self.index, dict) or not self.index:
            raise UserError(f'{self.folder / "index.json"}: no case in it.')
        keys = sorted(self.folder.glob('keys_official_*.json'))
        comparisons = [self.check_keys(one) for one in keys if one.stem != 'keys_official_index']
        sums = sorted(self.folder.glob('checks_*.json'))
        comparisons += [self.check_rule(path) for path in sums]
        return comparisons + [self.check_case(name) for name in self.index]

    def check_case(self, name: str) -> Comparison:
        """Checks one recording of the index.

        Raises:
            UserError: If its kind is unknown or its file is absent.
        """
        case = self.index[name]
        checks = {
            'preprocess': self._check_preprocessing,
            'segmenter': self._check_values,
            'tracker': self._check_values,
            'refiner': self._check_values,
            'e2e': self._check_values,
        }
        if case['kind'] not in checks:
            raise UserError(f'{name}: of unknown kind {case["kind"]!r} ({", ".join(checks)}).')
        path = self.folder / case['file']
        if not path.is_file():
            raise UserError(f'{path}: absent, but in index.json.')
        comparison = Comparison(name)
        try:
            checks[case['kind']](comparison, case, read_tensors(path))
        except KeyError as error:
            raise UserError(
                f'{name}: {error} is absent from {path.name} or from the entry of index.json.'
                ' Copy both again, from one recording.'
            ) from error
        return comparison

    def check_keys(self, path: Path) -> Comparison:
        """Every official key is converted or ignored, and no tensor of ours is left unset."""
        comparison = Comparison(path.stem)
        shapes = self._read(path.name)
        with shapes_only():
            model = build(model_config(shapes, {}))
            state = {name: torch.empty(shape) for name, shape in shapes.items()}
        conversion = self.to_ours(state)
        ours = _shapes(model.state_dict())
        comparison.equal('keys and shapes', _shapes(conversion.state_dict), ours)
        back = _shapes(self.to_official(model.state_dict()).state_dict)
        kept = {name: tuple(s) for name, s in shapes.items() if name not in conversion.ignored}
        comparison.equal('way back', back, kept)
        return comparison

    def check_rule(self, path: Path) -> Comparison:
        """The weights of a model come out by rule as they were when it was recorded."""
        keys = path.name.replace('checks_', 'keys_')
        salts = {case.get('salt', '') for case in self.index.values() if case.get('keys') == keys}
        # Cases that share a list of keys may be salted differently; the sums are of one of them.
        tried = [self._check_sums(path, keys, salt) for salt in sorted(salts or {''})]
        return next((comparison for comparison in tried if comparison.holds), tried[0])

    def _check_sums(self, path: Path, keys: str, salt: str) -> Comparison:
        comparison = Comparison(path.stem)
        weights = ruled_state(self._read(keys), self.rules, salt)
        for name, wanted in self._read(path.name).items():
            if name in weights:
                flat = weights[name].double().flatten()
                got = torch.stack((flat.sum(), flat.abs().sum(), flat[0], flat[-1]))
                sums = torch.tensor(wanted, dtype=torch.float64)
                _within(comparison, name, got, sums, 1e-6 * wanted[1] + 1e-6)
        return comparison

    def load(self, case: Mapping[str, Any]) -> nn.Module:
        """The module of a case with weights by rule: through our converter, and strictly."""
        shapes = self._read(case['keys'])
        config = case['config']
        weights = self.to_ours(ruled_state(shapes, self.rules, case['salt'])).state_dict
        if case['kind'] in ('tracker', 'refiner'):
            make = dict(tracker=tracker_config, refiner=refiner_config)[case['kind']]
            module = build(
                make(shapes, config['num_head']),
                num_classes=config['class_num'],
                embed_dims=config['hidden_channel'],
            )
            weights = {k.removeprefix(f'{case["kind"]}.'): v for k, v in weights.items()}
        else:
            module = build(model_config(shapes, config))
            module.num_instances = case.get('top_k', module.num_instances)
        missing, unexpected = module.load_state_dict(weights, strict=False)
        left = [k for k in missing if not k.endswith(('num_batches_tracked', 'position_index'))]
        assert not left, left
        assert not unexpected, unexpected
        return module

    def _check_preprocessing(
        self, comparison: Comparison, case: Mapping[str, Any], tensors: Values
    ) -> None:
        for name, sizes in case['cases'].items():
            source = tensors[f'{name}.source'].numpy()
            resized = self.resize(source, sizes['min_size'], sizes['max_size'])
            wanted = tensors[f'{name}.resized'].numpy()
            same = resized.shape == wanted.shape and bool((resized == wanted).all())
            comparison.equal(name, same, True)

    def _check_values(
        self, comparison: Comparison, case: Mapping[str, Any], tensors: Values
    ) -> None:
        module = self.load(case)
        got = compute(module, case, tensors)
        if any(name.startswith('f64.') for name in tensors):
            double = compute(module.double(), case, tensors)
            got.update({f'f64.{name}': value for name, value in double.items()})
        compare(comparison, case, got, tensors)


def compute(module: nn.Module, case: Mapping[str, Any], tensors: Values) -> Values:
    """Everything that our module answers to the inputs of a case, by the names of the recording."""
    with torch.no_grad():
        return _COMPUTE[case['kind']](module, case, tensors)


def compare(comparison: Comparison, case: Mapping[str, Any], got: Values, tensors: Values) -> None:
    """Compares every recorded output; one that we do not answer counts as different."""
    for name, about in case['tensors'].items():
        if about['role'] == 'input':
            continue
        wanted = tensors[name]
        if name not in got:
            comparison.equal(f'{name} (not computed)', False, True)
        elif about.get('atol') is not None:
            _within(comparison, name, got[name], wanted, about['atol'])
        elif name.endswith('pred_masks_packed'):
            _bits(comparison, name, got[name], wanted)
        elif name.endswith('pred_masks_area'):
            pixels = _num_pixels(case, got, name)
            _within(comparison, name, got[name], wanted, max(20.0, 2e-5 * pixels))
        else:
            comparison.equal(name, got[name].tolist(), wanted.tolist())


def _num_pixels(case: Mapping[str, Any], got: Values, name: str) -> int:
    return int(got[name.replace('area', 'shape')].prod())


def _within(comparison: Comparison, name: str, got: Tensor, wanted: Tensor, atol: float) -> None:
    if tuple(got.shape) != tuple(wanted.shape):
        comparison.equal(f'{name} {tuple(got.shape)} for {tuple(wanted.shape)}', False, True)
        return
    worst = float((got.double() - wanted.double()).abs().max())
    comparison.rows.append((name, worst if np.isfinite(worst) else float('inf'), atol))


def _bits(comparison: Comparison, name: str, got: Tensor, wanted: Tensor) -> None:
    """Packed masks: as many pixels may differ as the official code differs from itself."""
    if got.shape != wanted.shape:
        comparison.equal(f'{name} {tuple(got.shape)} for {tuple(wanted.shape)}', False, True)
        return
    differing = int(np.unpackbits((got ^ wanted).numpy()).sum())
    comparison.rows.append((name, float(differing), max(20.0, 2e-5 * 8 * len(wanted))))


def _shapes(state: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {k: tuple(v.shape) for k, v in state.items() if not k.endswith('num_batches_tracked')}


def _floats(module: nn.Module, *inputs: Tensor) -> list[Tensor]:
    dtype = next(module.parameters()).dtype
    return [value.to(dtype) for value in inputs]


def _query_map(value: Tensor) -> Tensor:
    """(T, Q, C) as the official code hands it on: (1, C, T, Q)."""
    return value.permute(2, 0, 1)[None]


def _masks(kernels: Tensor, features: Tensor) -> Tensor:
    """(1, Q, T, h, w)."""
    return torch.einsum('tqc,tchw->qthw', kernels, features)[None]


def _segmenter(model: nn.Module, case: Mapping[str, Any], tensors: Values) -> Values:
    segmenter = model.segmenter
    levels = segmenter.backbone(model.prepare(tensors['images']))
    captured: list[Any] = []
    hook = segmenter.head.pixel_decoder.register_forward_hook(
        lambda *args: captured.append(args[2])
    )
    layers, features = segmenter.head.decode(levels)
    hook.remove()
    got = {f'backbone.res{i + 2}': level for i, level in enumerate(levels)}
    for name in list(got):
        if name in tensors:
            got[name] = got[name][: len(tensors[name])]
    got['pixel_decoder.mask_features'] = features
    for i, level in enumerate(captured[0][1]):
        got[f'pixel_decoder.multi_scale.{i}'] = level
    for i, layer in enumerate(layers):
        prefix = '' if i == len(layers) - 1 else f'aux.{i}.'
        answer = segmenter.answer(layer)
        got[f'{prefix}pred_logits'] = answer.logits[None]
        got[f'{prefix}pred_masks'] = _masks(answer.kernels, features)
    got['pred_embds'] = _query_map(layers[-1])
    return got


def _tracker(tracker: nn.Module, case: Mapping[str, Any], tensors: Values) -> Values:
    embeds, features = _floats(tracker, tensors['frame_embds'], tensors['mask_features'])
    embeds, features = embeds[0].permute(1, 2, 0), features[0]
    layers, indices, state = tracker.track(embeds)
    got = _tracker_state('full.state', embeds, layers, state)
    got['full.indices'] = indices
    got['full.match_cost'] = _match_cost(embeds, indices)
    for i, layer in enumerate(layers):
        prefix = 'full.' if i == len(layers) - 1 else f'full.aux.{i}.'
        got.update(_answer(prefix, tracker.answer(layer), features))
    outputs, orders, state = [], [], None
    for i, part in enumerate(embeds.split(case['config']['window'])):
        layers, indices, state = tracker.track(part, state)
        got.update(_tracker_state(f'win.state{i}', part, layers, state))
        outputs.append(layers[-1])
        orders.append(indices)
    got.update(_answer('win.', tracker.answer(torch.cat(outputs)), features))
    got['win.indices'] = torch.cat(orders)
    got['frame_forward'] = _query_map(tracker.remember(embeds))
    layers, *_ = tracker.track(embeds[:1])
    got.update(_answer('one.', tracker.answer(layers[-1]), features[:1]))
    return got


def _tracker_state(name: str, embeds: Tensor, layers: Tensor, state: Any) -> Values:
    outputs = torch.cat((embeds[-1][None], layers[:-1, -1], state.memory[None]))
    return {
        f'{name}.last_outputs': outputs[:, :, None],
        f'{name}.last_frame_embeds': state.reference[:, None],
    }


def _match_cost(embeds: Tensor, indices: Tensor) -> Tensor:
    """(T, Q, Q) in double: the first frame against itself, each other one with the one before."""
    ordered = embeds.gather(1, indices[..., None].expand_as(embeds))
    reference = torch.cat((embeds[:1], ordered[:-1])).double()
    first, second = (
        x / (x.norm(dim=-1, keepdim=True) + 1e-6) for x in (reference, embeds.double())
    )
    return 1 - first @ second.transpose(1, 2)


def _answer(prefix: str, answer: Any, features: Tensor) -> Values:
    return {
        f'{prefix}pred_logits': answer.logits[None],
        f'{prefix}pred_masks': _masks(answer.kernels, features),
        f'{prefix}pred_embds': _query_map(answer.embeds),
    }


def _refiner(refiner: nn.Module, case: Mapping[str, Any], tensors: Values) -> Values:
    names = ('instance_embeds', 'frame_embeds', 'mask_features')
    tracks, memory, features = _floats(refiner, *(tensors[name] for name in names))
    tracks, memory, features = tracks[0].permute(1, 2, 0), memory[0].permute(1, 2, 0), features[0]
    got: Values = {}
    firsts = {name.split('.')[0] for name in tensors if name.startswith('first')}
    lengths = {name: int(name.removeprefix('first')) for name in firsts} | {'full': len(tracks)}
    for name, length in lengths.items():
        layers = refiner.refine(tracks[:length], memory[:length])
        for i, layer in enumerate(layers):
            prefix = f'{name}.' if i == len(layers) - 1 else f'{name}.aux.{i}.'
            answer = refiner.answer(layer)
            got.update(_answer(prefix, answer, features[:length]))
            got[f'{prefix}pred_logits'] = answer.logits.expand(1, length, -1, -1)
    return got


def _end_to_end(model: nn.Module, case: Mapping[str, Any], tensors: Values) -> Values:
    if not case['calls']:
        return _call(model, case, tensors['images'], None)[0]
    got: Values = {}
    state = None
    for i, (start, end, keep) in enumerate(case['calls']):
        answers, last = _call(model, case, tensors['images'][start:end], state if keep else None)
        got.update({f'call{i}.{name}': value for name, value in answers.items()})
        state = last
    return got


def _call(
    model: nn.Module, case: Mapping[str, Any], frames: Tensor, state: Any
) -> tuple[Values, Any]:
    size = (case['height'], case['width'])
    minvis = case['config']['meta_architecture'] == 'MinVIS'
    with model.stream(state) as stream:
        for window in frames.split(model.window_size or len(frames)):
            stream.feed(window)
        answer = stream.answer()
        ranking = stream.rank(answer)
        instances = stream.instances(size)
        everything = range(answer.logits[0].shape[0])
        logits = torch.cat(list(stream.mask_logits(answer, everything)), 1)
        best = stream.enlarge(logits[ranking.queries[:2]], size)
        indices = torch.cat(stream.indices)
    masks = np.stack([decode_rle(track, size) for track in instances.rles])
    got = dict(
        video_logits=answer.logits[0],
        mask_logits=logits,
        indices=indices[1:] if minvis else indices,
        pred_scores=torch.tensor(instances.scores, dtype=torch.float64),
        pred_labels=torch.tensor(instances.categories),
        pred_ids=torch.tensor(ranking.queries),
        pred_masks_packed=torch.from_numpy(np.packbits(masks)),
        pred_masks_shape=torch.tensor(masks.shape),
        pred_masks_area=torch.from_numpy(masks.sum((-1, -2))),
        mask_logits_upsampled_first=best,
    )
    if len(answer.logits) > 1:
        got['online_video_logits'] = answer.logits[1]
    return got, stream.state


_COMPUTE = dict(segmenter=_segmenter, tracker=_tracker, refiner=_refiner, e2e=_end_to_end)
