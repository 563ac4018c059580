"""The official MUTR and ours with the same weights, as work that can be measured."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mevis.engine.hooks.freed_memory_hook import keep_freed_memory
from mevis.structures import RefVidSegDataSample, decode_rle
from mevis.testing.small_mutr import video_sample

# Parts of a model and the methods that are their work.
STAGES = {
    'official': {
        'backbone': ['backbone.forward'],
        'text encoder': ['text_encoder.forward'],
        'early fusion': ['fusion_module.forward'],
        'MTA': ['MTA.forward'],
        'deformable encoder': ['transformer.encoder.forward'],
        'deformable decoder': ['transformer.decoder.forward'],
        'MTI': ['mti.forward'],
        'pixel decoder': ['pixel_decoder.forward'],
        'mask head': ['dynamic_mask_with_coords'],
    },
    'ours': {
        'backbone': ['backbone.forward'],
        'text encoder': ['text_encoder.encode_ids'],
        'early fusion': ['fusion.forward'],
        'MTA': ['temporal_aggregation.forward'],
        'deformable encoder': ['transformer.encoder.forward'],
        'deformable decoder': ['transformer.decoder.forward'],
        'MTI': ['temporal_interaction.forward'],
        'pixel decoder': [
            'pixel_decoder.look_at_frames',
            'pixel_decoder.look_at_memory',
            'pixel_decoder.top_down',
            'pixel_decoder.finish',
        ],
        'mask head': ['mask_head.forward', 'mask_head.draw_before'],
    },
}
ARGUMENTS = ['--with_box_refine', '--binary', '--masks']
ROBERTA = dict(
    vocab_size=50265,
    max_position_embeddings=514,
    type_vocab_size=1,
    layer_norm_eps=1e-5,
    pad_token_id=1,
    bos_token_id=0,
    eos_token_id=2,
)


def make_sentences(number: int) -> list[Tensor]:
    """Token ids (1, L) of sentences of 8 to 16 tokens."""
    generator = torch.Generator().manual_seed(2)
    return [
        torch.randint(3, ROBERTA['vocab_size'], (1, 8 + 2 * (index % 5)), generator=generator)
        for index in range(number)
    ]


def normalize(video: Tensor) -> Tensor:
    """Frames (T, 3, H, W) uint8 as both sides' configs normalise them."""
    mean, std = torch.tensor([[123.675, 116.28, 103.53], [58.395, 57.12, 57.375]])
    return (video.float() - mean[:, None, None]) / std[:, None, None]


class Stages:
    """Seconds on all cores together that the parts of a model took.

    Args:
        model: Its methods are replaced by ones that are timed.
        stages: Name of a stage -> methods of the model, by dotted names.
    """

    def __init__(self, model: Any, stages: Mapping[str, Sequence[str]]) -> None:
        self.seconds = dict.fromkeys(stages, 0.0)
        for stage, paths in stages.items():
            for path in paths:
                *parents, method = path.split('.')
                part = model
                for parent in parents:
                    part = getattr(part, parent)
                self._watch(part, method, stage)

    def forget(self) -> None:
        """Begins to count from zero again."""
        self.seconds = dict.fromkeys(self.seconds, 0.0)

    def _watch(self, part: Any, method: str, stage: str) -> None:
        original = getattr(part, method)

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            result = original(*args, **kwargs)
            self.seconds[stage] += time.process_time() - start
            return result

        setattr(part, method, timed)


def sample_of(video: Tensor, sentences: Sequence[Tensor]) -> RefVidSegDataSample:
    """The sample of a video; an expression's text is its number."""
    texts = [str(index) for index in range(len(sentences))]
    return video_sample(len(video), tuple(video.shape[-2:]), texts)


class Official:
    """The official side.

    Args:
        root: A checkout of its code.
        backbone: Its name of a backbone.
    """

    def __init__(self, root: Path, backbone: str) -> None:
        from mevis.testing.parity import official_mutr

        self.code = official_mutr
        official_mutr.import_official(root)
        arguments = [*ARGUMENTS, '--backbone', backbone]
        self.model, self.criterion = official_mutr.build_official(arguments, ROBERTA)
        official_mutr.fill_official(self.model)

    def test(self, video: Tensor, sentences: Sequence[Tensor]) -> tuple[Callable, Callable]:
        """The work, and how its result becomes scores and masks."""
        frames, size = normalize(video), tuple(video.shape[-2:])

        def work() -> list[Any]:
            answers = []
            for ids in sentences:
                score, masks = self.code.answer_official(self.model, frames, ids, size)
                answers.append((score, np.packbits(masks.numpy())))
            return answers

        return work, lambda answers: answers

    def train(self, video: Tensor, sentences: Sequence[Tensor]) -> Callable[[], float]:
        """One step but for the optimiser; gives the loss."""
        from mevis.models.mutr.targets import clip_targets

        sample = sample_of(video, sentences[:1])
        (truth,) = clip_targets([sample], tuple(video.shape[-2:]))
        target = dict(
            size=torch.tensor(video.shape[-2:]),
            labels=torch.zeros(len(video), dtype=torch.int64),
            boxes=truth.boxes,
            masks=sample.gt_masks,
            valid=truth.valid.long(),
        )
        frames = normalize(video)

        def work() -> float:
            self.model.zero_grad()
            arguments = (self.model, self.criterion, frames, sentences[0], target)
            loss = self.code.losses_official(*arguments)
            loss.backward()
            return loss.item()

        return work


class Ours:
    """Our side.

    Args:
        backbone: The official name of a backbone.
        chunk_size: Frames at a time.
        recompute: In training, see :class:`MUTR`.
    """

    def __init__(self, backbone: str, chunk_size: int, recompute: bool) -> None:
        import mevis.models  # noqa: F401 - registers them
        from mevis.checkpoints.mutr import convert_official, convert_to_official
        from mevis.testing.parity.mutr import load_by_rule

        recording = dict(backbone=backbone, args=ARGUMENTS, text_config=ROBERTA)
        self.model = load_by_rule(recording, convert_official, convert_to_official)[0]
        self.model.chunk_size = chunk_size
        self.model.recompute = self.model.transformer.encoder.recompute = recompute

    def _speak(self, sentences: Sequence[Tensor]) -> None:
        """Lets expression ``i`` be the ids of sentence i."""

        def encode_text(expressions: Sequence[str]) -> Any:
            from torch.nn.utils.rnn import pad_sequence

            chosen = [sentences[int(text)][0] for text in expressions]
            ids = pad_sequence(chosen, batch_first=True, padding_value=1)
            mask = pad_sequence([torch.ones_like(one) for one in chosen], batch_first=True)
            features = self.model.text_encoder.encode_ids(ids, mask)
            return self.model.word_projection(features.words, features.padding_mask)

        self.model.encode_text = encode_text

    def test(self, video: Tensor, sentences: Sequence[Tensor]) -> tuple[Callable, Callable]:
        """The work, and how its result becomes scores and masks."""
        self._speak(sentences)

        def work() -> Any:
            with torch.no_grad():
                sample = sample_of(video, sentences)
                return self.model([video], [sample], mode='predict')[0].predictions

        def read(predictions: Any) -> list[Any]:
            return [
                (one.score, np.packbits(decode_rle(one.rles, tuple(video.shape[-2:]))))
                for one in predictions
            ]

        return work, read

    def train(self, video: Tensor, sentences: Sequence[Tensor]) -> Callable[[], float]:
        """One step but for the optimiser; gives the loss.  Memory is kept as in any training."""
        keep_freed_memory()
        self._speak(sentences)
        sample = sample_of(video, sentences[:1])
        clip = normalize(video)[None]
        padding = torch.zeros(1, len(video), *video.shape[-2:], dtype=torch.bool)

        def work() -> float:
            self.model.zero_grad()
            loss = sum(self.model.loss(clip, padding, [sample]).values())
            loss.backward()
            return loss.item()

        return work


def silenced(model: nn.Module, work: Callable[[], float]) -> float:
    """The result of some work without dropout."""
    parts = [part for part in model.modules() if isinstance(part, torch.nn.Dropout)]
    attentions = [part for part in model.modules() if isinstance(part, torch.nn.MultiheadAttention)]
    before = [part.p for part in parts], [part.dropout for part in attentions]
    for part in parts:
        part.p = 0.0
    for part in attentions:
        part.dropout = 0.0
    result = work()
    for part, probability in zip(parts, before[0], strict=True):
        part.p = probability
    for part, probability in zip(attentions, before[1], strict=True):
        part.dropout = probability
    model.zero_grad()
    return result
