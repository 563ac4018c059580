"""Proves MUTR equal to recordings of the official code.

Tolerances are those of the recordings' README: relative to a tensor's largest value.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.errors import UserError
from mevis.testing.parity.comparison import Comparison, fill_by_rule, read_json, read_tensors
from mevis.testing.parity.mutr_recordings import build_model, silence_dropout

MODEL, MODULE, BITS, LOSS, GRADIENT = 1e-4, 1e-5, 1e-4, 1e-4, 1e-3
Convert = Callable[[Mapping[str, Tensor]], Any]


@contextmanager
def _other_number_of_threads() -> Iterator[None]:
    """Two of PyTorch's threads where there is one, else one."""
    before = torch.get_num_threads()
    torch.set_num_threads(2 if before == 1 else 1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def load_by_rule(
    recording: Mapping[str, Any], to_ours: Convert, to_official: Convert
) -> tuple[nn.Module, dict[str, str]]:
    """Builds the model of a recording with weights by rule.

    Args:
        recording: Its ``backbone``, ``args`` and ``text_config``.
        to_ours: Official state dict -> ``Conversion``.
        to_official: Our state dict -> ``Conversion``.

    Returns:
        The model, and official -> our names.
    """
    model = build_model(recording)
    official = to_official(model.state_dict()).state_dict
    floating = {
        name: tuple(value.shape)
        for name, value in sorted(official.items(), key=_aliases_first)
        if value.is_floating_point()
    }
    conversion = to_ours({**official, **fill_by_rule(floating)})
    missing = model.load_state_dict(conversion.state_dict, strict=False).missing_keys
    assert not _without_counters(dict.fromkeys(missing)), missing
    names = dict(conversion.renamed)
    for alias in conversion.ignored:
        twin = alias.removeprefix('transformer.decoder.')
        names[alias] = names[twin]
    return model, names


class MUTRParity:
    """Checks recordings.

    Args:
        to_ours: Official state dict -> ``Conversion``.
        to_official: Our state dict -> ``Conversion``.
        mti_to_ours: The same for the names inside of MTI.
        make_target: (masks, boxes, valid, padded size) -> target of the criterion.
    """

    def __init__(
        self,
        to_ours: Convert,
        to_official: Convert,
        mti_to_ours: Convert,
        make_target: Callable[..., Any],
    ) -> None:
        self.to_ours = to_ours
        self.to_official = to_official
        self.mti_to_ours = mti_to_ours
        self.make_target = make_target

    def check_folder(self, folder: Path) -> list[Comparison]:
        """Checks every recording of a folder.

        Raises:
            UserError: If there is none.
        """
        comparisons = [
            self.check_keys(path) for path in sorted(folder.glob('keys_official_*.json'))
        ]
        for path in sorted(folder.glob('*.safetensors')):
            comparisons.append(self.check_case(path))
        if not comparisons:
            raise UserError(f'{folder}: no recordings of MUTR in it (eval_*, train_*, mti*).')
        return comparisons

    def check_case(self, path: Path) -> Comparison:
        """Checks one recording.

        A hidden unit of an FFN that is 1e-7 from zero passes its gradient by one order of sums and
        not by another, as when the number of threads is another one; the gradient of its token
        jumps.  Losses and gradients that do not hold are therefore worked out by another order
        too, and all of them have to hold by one and the same.

        Raises:
            UserError: If its name does not say what it is, or it is damaged.
        """
        kind = path.stem.split('_')[0]
        checks = {'eval': self._check_evaluation, 'train': self._check_training}
        if kind == 'mti':
            return self._check_interaction(path.stem, read_tensors(path))
        if kind not in checks:
            raise UserError(f'{path}: neither eval_*, train_* nor mti*.')
        given = path.stem, read_json(path.with_suffix('.json')), read_tensors(path)
        comparison = checks[kind](*given)
        if kind == 'train' and not comparison.holds:
            with _other_number_of_threads():
                again = checks[kind](*given)
            return again if again.holds else comparison
        return comparison

    def check_keys(self, path: Path) -> Comparison:
        """Every official key is converted or ignored, and no tensor of ours is left unset."""
        comparison = Comparison(path.stem)
        shapes = {name: tuple(entry[0]) for name, entry in read_json(path).items()}
        model = build_model(
            dict(
                backbone=path.stem.removeprefix('keys_official_'),
                args=['--with_box_refine', '--binary', '--masks'],
                text_config=_TEXT_CONFIG,
            )
        )
        state = {name: torch.empty(shape, device='meta') for name, shape in shapes.items()}
        conversion = self.to_ours(state)
        ours = _without_counters(model.state_dict())
        comparison.equal('keys', set(conversion.state_dict), set(ours))
        moved = {name: tuple(value.shape) for name, value in conversion.state_dict.items()}
        comparison.equal(
            'shapes', moved, {name: tuple(value.shape) for name, value in ours.items()}
        )
        back = self.to_official(model.state_dict()).state_dict
        comparison.equal('way back', set(back), set(shapes))
        return comparison

    def _check_interaction(self, name: str, tensors: Mapping[str, Tensor]) -> Comparison:
        comparison = Comparison(name)
        recording = dict(
            backbone='resnet50', args=['--with_box_refine', '--binary'], text_config=_TEXT_CONFIG
        )
        module = build_model(recording)
        official = self.to_official(module.state_dict()).state_dict
        inside = {
            key.removeprefix('mti.'): tuple(value.shape)
            for key, value in official.items()
            if key.startswith('mti.')
        }
        filled = fill_by_rule(inside)
        state = self.mti_to_ours(filled).state_dict
        interaction = module.temporal_interaction
        query = filled['query_feat.weight']
        interaction.load_state_dict(state)
        silence_dropout(interaction)
        for key in sorted(key for key in tensors if key.startswith('in_')):
            frames = key.removeprefix('in_')
            inputs = tensors[key].permute(0, 2, 1, 3, 4)
            layers, batch = inputs.shape[:2]
            for mode in ('eval', 'train'):
                if f'{mode}_{frames}' not in tensors:
                    continue
                interaction.train(mode == 'train')
                used = inputs if mode == 'train' else inputs[-1:]
                with torch.no_grad():
                    flat = used.flatten(0, 1)
                    output = interaction(flat, query.expand(len(flat), -1, -1))
                output = output.unflatten(0, (len(used), batch))
                comparison.close(f'{mode}_{frames}', output, tensors[f'{mode}_{frames}'], MODULE)
        return comparison

    def _check_evaluation(
        self, name: str, recording: Mapping[str, Any], tensors: Mapping[str, Tensor]
    ) -> Comparison:
        comparison = Comparison(name)
        model, _ = load_by_rule(recording, self.to_ours, self.to_official)
        model.eval()
        clip = tensors.get('padded_video', tensors['video'])[None]
        mask = tensors.get('padding_mask', torch.zeros(*clip.shape[1:2], *clip.shape[-2:]))
        captured: dict[str, list[Tensor]] = {}
        _capture(model, captured)
        with torch.no_grad():
            video = model.encode_clips(clip, mask[None].bool(), [_sample(recording, clip)])
            answer = model.answer_words(video, _words(model, tensors))
            levels = torch.cat(list(model.fine_levels(video, answer.grounding)), 1)
            features = model.pixel_decoder.mask_features(levels.flatten(0, 1))[None]
            masks = torch.cat(list(answer.all_mask_logits()), 1)
        got = _named_outputs(captured, answer, features, masks, tensors)
        for key in _EVALUATION:
            if key in tensors:
                comparison.close(key, got[key], tensors[key], MODEL)
        for key in [key for key in tensors if key.startswith('fused_')]:
            comparison.close(key, _tokens(captured['fusion'][int(key[6:])]), tensors[key], MODEL)
        self._check_selection(comparison, answer, masks, tensors)
        return comparison

    @staticmethod
    def _check_selection(
        comparison: Comparison, answer: Any, masks: Tensor, tensors: Mapping[str, Tensor]
    ) -> None:
        query = int(answer.scores[0].argmax())
        comparison.equal('selected_query', query, int(tensors['selected_query'][0]))
        logits = F.interpolate(
            masks[:, :, query][0][:, None],
            size=tuple(tensors['mask_logits_2x'].shape[-2:]),
            mode='bilinear',
            align_corners=False,
        )[:, 0]
        comparison.close('mask_logits_2x', logits, tensors['mask_logits_2x'], MODEL)
        comparison.share('mask_bits_2x', logits.sigmoid() > 0.5, tensors['mask_bits_2x'], BITS)

    def _check_training(
        self, name: str, recording: Mapping[str, Any], tensors: Mapping[str, Tensor]
    ) -> Comparison:
        comparison = Comparison(name)
        model, names = load_by_rule(recording, self.to_ours, self.to_official)
        silence_dropout(model)
        model.train()
        clips, mask = _pad(tensors['video0'])
        sample = _sample(recording, tensors['video0'][None])
        video = model.encode_clips(clips, mask, [sample])
        layers = model.predict_layers(video, _words(model, tensors))
        target = self.make_target(
            tensors['target0.masks'],
            tensors['target0.boxes'],
            tensors['target0.valid'].bool(),
            tuple(clips.shape[-2:]),
        )
        for index, outputs in enumerate(layers):
            prefix = '' if index == len(layers) - 1 else f'aux{index}.'
            for key in ('pred_logits', 'pred_boxes', 'pred_masks'):
                wanted = tensors[f'{prefix}{key}']
                comparison.close(f'{prefix}{key}', outputs[key], wanted, MODEL)
            query = model.criterion.match(outputs, [target]).tolist()
            wanted_query = tensors[f'{prefix}matched_query'].tolist()
            comparison.equal(f'{prefix}matched_query', query, wanted_query)
        losses = model.criterion(layers, [target])
        self._check_losses(comparison, losses, recording)
        sum(losses.values()).backward()
        self._check_gradients(comparison, model, names, recording)
        return comparison

    @staticmethod
    def _check_losses(
        comparison: Comparison, losses: Mapping[str, Tensor], recording: Mapping[str, Any]
    ) -> None:
        got = {}
        for name, value in losses.items():
            layer, _, base = name.rpartition('.')
            base = base.replace('loss_class', 'loss_ce')
            got[f'{base}_{layer[1:]}' if layer else base] = float(value.detach())
        comparison.equal('names of losses', set(got), set(recording['losses']))
        for name, wanted in recording['losses'].items():
            comparison.number(name, got[name] / recording['weights'][name], wanted, LOSS)
        comparison.number('total', sum(got.values()), recording['total'], LOSS)

    @staticmethod
    def _check_gradients(
        comparison: Comparison,
        model: nn.Module,
        names: Mapping[str, str],
        recording: Mapping[str, Any],
    ) -> None:
        parameters = dict(model.named_parameters())
        # Some gradients, such as that of a key's bias, are zero but for rounding.
        floor = 1e-6 * max(recording['grad_norms'].values())
        for name, wanted in recording['grad_norms'].items():
            grad = parameters[names[name]].grad
            norm = float('inf') if grad is None else float(grad.norm())
            comparison.number(f'gradient of {name}', norm, wanted, GRADIENT, floor)
        without = {name for name in recording['no_grad'] if parameters[names[name]].grad is None}
        comparison.equal('parameters without gradient', without, set(recording['no_grad']))


_TEXT_CONFIG = dict(
    vocab_size=50265,
    max_position_embeddings=514,
    type_vocab_size=1,
    layer_norm_eps=1e-5,
)
_EVALUATION = (
    'text_words',
    'mta_words',
    'encoder_memory',
    'hs_box',
    'init_reference',
    'inter_references',
    'mti',
    'mask_features',
    'pred_logits',
    'pred_boxes',
    'pred_masks',
    'reference_points',
)


def _aliases_first(item: tuple[str, Tensor]) -> bool:
    return not item[0].startswith('transformer.decoder.bbox_embed')


def _without_counters(state: Mapping[str, Any]) -> dict[str, Any]:
    return {key: state[key] for key in state if not key.endswith('num_batches_tracked')}


def _sample(recording: Mapping[str, Any], clips: Tensor) -> Any:
    size = recording.get('image_size') or recording['image_sizes'][0]

    class Sample(SimpleNamespace):
        def __contains__(self, key: str) -> bool:
            return hasattr(self, key)

    return Sample(img_shape=tuple(size), frame_indices=list(range(clips.shape[1])))


def _words(model: nn.Module, tensors: Mapping[str, Tensor]) -> Any:
    features = model.text_encoder.encode_ids(tensors['input_ids'], tensors['attention_mask'])
    return model.word_projection(features.words, features.padding_mask)


def _pad(frames: Tensor, divisor: int = 32) -> tuple[Tensor, Tensor]:
    height, width = frames.shape[-2:]
    extra = (0, -width % divisor, 0, -height % divisor)
    mask = F.pad(torch.zeros(len(frames), height, width), extra, value=1.0)
    return F.pad(frames, extra)[None], mask[None].bool()


def _capture(model: nn.Module, captured: dict[str, list[Tensor]]) -> None:
    parts = {
        'words': model.word_projection,
        'fusion': model.fusion,
        'aggregation': model.temporal_aggregation,
        'encoder': model.transformer.encoder,
    }
    for name, module in parts.items():

        def keep(module: nn.Module, inputs: Any, output: Any, name: str = name) -> None:
            captured.setdefault(name, []).append(getattr(output, 'words', output))

        module.register_forward_hook(keep)


def _tokens(level: Tensor) -> Tensor:
    """(B, T, C, h, w) to (t h w, B, C)."""
    return level.permute(1, 3, 4, 0, 2).flatten(0, 2)


def _named_outputs(
    captured: Mapping[str, list[Tensor]],
    answer: Any,
    features: Tensor,
    masks: Tensor,
    tensors: Mapping[str, Tensor],
) -> dict[str, Tensor]:
    grounding = answer.grounding
    initial, *references = grounding.references
    frames = masks.shape[1]
    return dict(
        text_words=captured['words'][0],
        mta_words=captured['aggregation'][0].transpose(0, 1),
        encoder_memory=captured['encoder'][0],
        hs_box=grounding.frame_queries.flatten(1, 2),
        init_reference=initial.flatten(0, 1),
        inter_references=torch.stack(references).flatten(1, 2),
        mti=grounding.video_queries,
        mask_features=features[0],
        pred_logits=answer.pred_logits[:, None].expand(-1, frames, -1, -1),
        pred_boxes=answer.pred_boxes,
        pred_masks=masks,
        reference_points=references[-2][..., :2],
    )
