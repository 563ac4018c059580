"""Times the official MUTR and ours on one video, and compares their peak memory.

tools/analysis/benchmark_mutr.py --official-root DIR

DIR is a checkout of OpenGVLab/MUTR; nothing of it is compiled.  Both sides get the same weights, by
the rule of the recordings, and the same frames and sentences, in float32 on a CPU.  They run in
turns, each in a process of its own; the best time of each counts, and its memory beyond what the
process held with the model loaded.  Without --official-root ours is measured alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mevis.boundary.arguments import COUNT

SIDES = ('official', 'ours')
# What ours may take of the official time and memory.
BARS = {'sentence': (0.5, 0.5), 'sentences': (0.4, 0.5), 'training': (0.4, 0.6)}
MANY_SENTENCES = 8
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
        'backbone': ['encode_frames'],
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


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog='Exit status: 0 if ours stays within its share of the official time and memory'
        f' (one sentence {BARS["sentence"]}, from {MANY_SENTENCES} sentences'
        f' {BARS["sentences"]}, training {BARS["training"]}), 1 if not, 2 for bad input.',
    )
    parser.add_argument(
        '--official-root',
        type=Path,
        metavar='DIR',
        help='checkout of OpenGVLab/MUTR; default: ours alone',
    )
    parser.add_argument('--backbone', default='resnet50', help='official name, such as swin_t_p4w7')
    parser.add_argument('--frames', type=COUNT, help='default: 20, or 5 in training')
    parser.add_argument('--sentences', type=COUNT, default=8)
    parser.add_argument('--size', metavar='HxW', help='default: 360x640, or 352x640 in training')
    parser.add_argument('--train', action='store_true', help='losses and gradients of one clip')
    parser.add_argument(
        '--recompute', action='store_true', help='of ours, in training: see MUTR.recompute'
    )
    parser.add_argument('--chunk-size', type=COUNT, default=8, help='of ours: frames at a time')
    parser.add_argument('--repeats', type=COUNT, default=3, help='runs of each side, in turns')
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    parser.add_argument('--side', choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument('--exchange', type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.frames = (5 if args.train else 20) if args.frames is None else args.frames
    args.size = args.size or ('352x640' if args.train else '360x640')
    return args


def make_video(number: int, size: tuple[int, int]) -> Any:
    """A smooth video (T, 3, H, W) uint8, different in each frame."""
    import torch
    from torch.nn.functional import interpolate

    noise = torch.rand(number, 3, 12, 20, generator=torch.Generator().manual_seed(1))
    frames = torch.empty(number, 3, *size, dtype=torch.uint8)
    for frame, rough in zip(frames, noise, strict=True):
        smooth = interpolate(rough[None], size=size, mode='bicubic')[0]
        frame.copy_((smooth.clamp(0, 1) * 255).to(torch.uint8))
    return frames


def make_sentences(number: int) -> list[Any]:
    """Token ids (1, L) of sentences of 8 to 16 tokens."""
    import torch

    generator = torch.Generator().manual_seed(2)
    return [
        torch.randint(3, ROBERTA['vocab_size'], (1, 8 + 2 * (index % 5)), generator=generator)
        for index in range(number)
    ]


def normalize(video: Any) -> Any:
    """Frames as both sides' configs normalise them."""
    import torch

    mean, std = torch.tensor([[123.675, 116.28, 103.53], [58.395, 57.12, 57.375]])
    return (video.float() - mean[:, None, None]) / std[:, None, None]


class Stages:
    """Seconds on all cores together that the parts of a model took."""

    def __init__(self, model: Any, stages: Mapping[str, Sequence[str]]) -> None:
        self.seconds = dict.fromkeys(stages, 0.0)
        for stage, paths in stages.items():
            for path in paths:
                *parents, method = path.split('.')
                part = model
                for parent in parents:
                    part = getattr(part, parent)
                self._watch(part, method, stage)

    def _watch(self, part: Any, method: str, stage: str) -> None:
        original = getattr(part, method)

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            result = original(*args, **kwargs)
            self.seconds[stage] += time.process_time() - start
            return result

        setattr(part, method, timed)


def sample_of(video: Any, sentences: Sequence[Any]) -> Any:
    """The sample of a video; an expression's text is its number."""
    from mevis.testing.small_mutr import video_sample

    texts = [str(index) for index in range(len(sentences))]
    return video_sample(len(video), tuple(video.shape[-2:]), texts)


class Official:
    """The official side."""

    def __init__(self, args: argparse.Namespace) -> None:
        from mevis.testing.parity import official_mutr

        self.code = official_mutr
        official_mutr.import_official(args.official_root)
        arguments = [*ARGUMENTS, '--backbone', args.backbone]
        self.model, self.criterion = official_mutr.build_official(arguments, ROBERTA)
        official_mutr.fill_official(self.model)

    def test(self, video: Any, sentences: Sequence[Any]) -> tuple[Callable, Callable]:
        """The work, and how its result becomes scores and masks."""
        import numpy as np

        frames, size = normalize(video), tuple(video.shape[-2:])

        def work() -> list[Any]:
            answers = []
            for ids in sentences:
                score, masks = self.code.answer_official(self.model, frames, ids, size)
                answers.append((score, np.packbits(masks.numpy())))
            return answers

        return work, lambda answers: answers

    def train(self, video: Any, sentences: Sequence[Any]) -> Callable:
        """One step but for the optimiser; gives the loss."""
        import torch

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
            arguments = (self.model, self.criterion, frames, sentences[0], target)
            loss = self.code.losses_official(*arguments)
            loss.backward()
            return float(loss)

        return work


class Ours:
    """Our side."""

    def __init__(self, args: argparse.Namespace) -> None:
        import mevis.models  # noqa: F401 - registers them
        from mevis.checkpoints.mutr import convert_official, convert_to_official
        from mevis.testing.parity.mutr import load_by_rule

        recording = dict(backbone=args.backbone, args=ARGUMENTS, text_config=ROBERTA)
        self.model = load_by_rule(recording, convert_official, convert_to_official)[0]
        self.model.chunk_size = args.chunk_size
        self.model.recompute = self.model.transformer.encoder.recompute = args.recompute

    def _speak(self, sentences: Sequence[Any]) -> None:
        """Lets expression ``i`` be the ids of sentence i."""

        def encode_text(expressions: Sequence[str]) -> Any:
            import torch
            from torch.nn.utils.rnn import pad_sequence

            chosen = [sentences[int(text)][0] for text in expressions]
            ids = pad_sequence(chosen, batch_first=True, padding_value=1)
            mask = pad_sequence([torch.ones_like(one) for one in chosen], batch_first=True)
            features = self.model.text_encoder.encode_ids(ids, mask)
            return self.model.word_projection(features.words, features.padding_mask)

        self.model.encode_text = encode_text

    def test(self, video: Any, sentences: Sequence[Any]) -> tuple[Callable, Callable]:
        """The work, and how its result becomes scores and masks."""
        import numpy as np
        import torch

        from mevis.structures import decode_rle

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

    def train(self, video: Any, sentences: Sequence[Any]) -> Callable:
        """One step but for the optimiser; gives the loss."""
        import torch

        self._speak(sentences)
        sample = sample_of(video, sentences[:1])
        clip = normalize(video)[None]
        padding = torch.zeros(1, len(video), *video.shape[-2:], dtype=torch.bool)

        def work() -> float:
            loss = sum(self.model.loss(clip, padding, [sample]).values())
            loss.backward()
            return float(loss)

        return work


def silenced(model: Any, work: Callable[[], float]) -> float:
    """The result of some work without dropout."""
    import torch

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


def run_side(args: argparse.Namespace, size: tuple[int, int]) -> None:
    """Child process: measures, and leaves the answer for comparison."""
    import numpy as np

    from mevis.testing.peak_memory import measure

    side = {'official': Official, 'ours': Ours}[args.side](args)
    side.model.train(args.train)
    sentences = make_sentences(args.sentences)
    # Imports and caches of the first call.
    small = make_video(3, (64, 96))
    if args.train:
        loss = silenced(side.model, side.train(small, sentences))
        answers = [(loss, np.zeros(0, np.uint8))]
        work = side.train(make_video(args.frames, size), sentences)
    else:
        side.test(small, sentences[:1])[0]()
        work, read = side.test(make_video(args.frames, size), sentences)
    stages = Stages(side.model, STAGES[args.side])
    measured = measure(work)
    if not args.train:
        answers = read(measured.result)
    scores, masks = zip(*answers, strict=True)
    np.savez(args.exchange / f'{args.side}.npz', scores=np.array(scores), masks=np.stack(masks))
    figures = {
        'seconds': measured.seconds,
        'cpu_seconds': measured.cpu_seconds,
        'mib': measured.own_mib,
        'all_mib': measured.peak_mib,
        'stages': {**stages.seconds, 'rest': measured.cpu_seconds - sum(stages.seconds.values())},
    }
    (args.exchange / f'{args.side}.json').write_text(json.dumps(figures))


def compare_answers(exchange: Path) -> dict[str, float]:
    """How the two answers differ; in training the score is the loss of a small clip."""
    import numpy as np

    first, second = (np.load(exchange / f'{side}.npz') for side in SIDES)
    pixels = np.unpackbits(first['masks'] ^ second['masks'])
    scale = np.abs(first['scores']).max()
    return {
        'worst_score_difference': float(np.abs(first['scores'] - second['scores']).max() / scale),
        'differing_pixels': float(pixels.mean()) if pixels.size else 0.0,
    }


def run_child(side: str, folder: str) -> dict[str, Any]:
    """One measurement in a process of its own."""
    from mevis.errors import UserError

    command = [sys.executable, *sys.argv, '--side', side, '--exchange', folder]
    quiet = {**os.environ, 'PYTHONWARNINGS': 'ignore'}
    done = subprocess.run(command, stderr=subprocess.PIPE, env=quiet, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f'killed, status {done.returncode}']
        raise UserError(f'{side}: {lines[-1].removeprefix("error: ")}')
    return json.loads((Path(folder) / f'{side}.json').read_text())


def measure_sides(args: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    sides = SIDES if args.official_root else SIDES[1:]
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(args.repeats):
            for side in sides:
                runs[side].append(run_child(side, folder))
        answers = compare_answers(Path(folder)) if len(sides) == len(SIDES) else None
    best = {}
    for side in sides:
        fastest = min(runs[side], key=lambda run: run['seconds'])
        numbers = {key: min(run[key] for run in runs[side]) for key in ('cpu_seconds', 'mib')}
        numbers['all_mib'] = min(run['all_mib'] for run in runs[side])
        best[side] = {**fastest, **numbers}
    keys = ('seconds', 'cpu_seconds', 'mib', 'all_mib')
    ratios = {key: best['ours'][key] / best['official'][key] for key in keys} if answers else None
    return {'runs': runs, 'best': best, 'ratios': ratios, 'answers': answers}


def bars_of(args: argparse.Namespace) -> tuple[float, float]:
    """Most time and memory of ours, as shares of the official."""
    if args.train:
        return BARS['training']
    return BARS['sentences' if args.sentences >= MANY_SENTENCES else 'sentence']


def print_table(args: argparse.Namespace, figures: Mapping[str, Any]) -> None:
    """The figures for a reader."""
    from rich.console import Console
    from rich.table import Table

    best, ratios, answers = figures['best'], figures['ratios'], figures['answers']
    what = 'training step' if args.train else f'{args.sentences} sentences'
    table = Table(
        f'{args.backbone}, {args.frames} frames of {args.size}, {what}',
        *best,
        *(['ratio', 'bar'] if ratios else []),
    )
    most_time, most_memory = bars_of(args)
    for title, key, bar in (
        ('seconds', 'seconds', str(most_time)),
        ('seconds on all cores together', 'cpu_seconds', ''),
        ('peak memory beyond the loaded model, MiB', 'mib', str(most_memory)),
        ('peak memory of the process, MiB', 'all_mib', ''),
    ):
        numbers = [f'{side[key]:.1f}' for side in best.values()]
        table.add_row(title, *numbers, *([f'{ratios[key]:.2f}', bar] if ratios else []))
    for stage in next(iter(best.values()))['stages']:
        numbers = [f'{side["stages"][stage]:.2f}' for side in best.values()]
        note = 'forward pass' if args.train else 'seconds'
        table.add_row(f'{stage}, {note}', *numbers)
    console = Console(width=110)
    console.print(table)
    if answers:
        name = 'loss of a small clip' if args.train else 'scores'
        console.print(
            f'{name} within {answers["worst_score_difference"]:.1e}, share of pixels that differ:'
            f' {answers["differing_pixels"]:.1e}'
        )


def main() -> int:
    """Runs the command."""
    args = parse_args()
    from mevis.errors import UserError

    try:
        height, width = map(int, args.size.split('x'))
    except ValueError as error:
        raise UserError(f'--size {args.size}: height x width, such as 360x640.') from error
    if min(args.frames, args.sentences, args.chunk_size, args.repeats, height, width) < 1:
        raise UserError('--frames, --size, --sentences, --chunk-size, --repeats: 1 or more.')
    if args.side:
        run_side(args, (height, width))
        return 0
    figures = measure_sides(args)
    if args.json:
        print(json.dumps(figures, indent=2))
    else:
        print_table(args, figures)
    if figures['ratios'] is None:
        return 0
    most_time, most_memory = bars_of(args)
    return int(figures['ratios']['seconds'] > most_time or figures['ratios']['mib'] > most_memory)


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
