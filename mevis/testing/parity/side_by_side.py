"""The official code and ours on the same work, in turns, each in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mevis.errors import UserError
from mevis.testing.peak_memory import Measured

SIDES = ('official', 'ours')
COSTS = ('seconds', 'cpu_seconds', 'mib', 'all_mib')
"""What a run costs; of several runs of a side the least counts."""


def smooth_video(num_frames: int, size: tuple[int, int]) -> Any:
    """A smooth video (T, 3, H, W) uint8, different in each frame."""
    import torch
    from torch.nn.functional import interpolate

    noise = torch.rand(num_frames, 3, 12, 20, generator=torch.Generator().manual_seed(1))
    frames = torch.empty(num_frames, 3, *size, dtype=torch.uint8)
    for frame, rough in zip(frames, noise, strict=True):
        smooth = interpolate(rough[None], size=size, mode='bicubic')[0]
        frame.copy_((smooth.clamp(0, 1) * 255).to(torch.uint8))
    return frames


def leave_result(
    exchange: Path,
    side: str,
    measured: Measured,
    answer: Mapping[str, Any],
    stages: Mapping[str, float] | None = None,
) -> None:
    """Child process: leaves what a run cost and answered.

    Args:
        exchange: Folder that the parent reads.
        side: Of :data:`SIDES`.
        measured: What it cost.
        answer: Arrays by name.
        stages: Seconds of its parts, on all cores together.
    """
    np.savez(exchange / f'{side}.npz', **answer)
    figures = {
        'seconds': measured.seconds,
        'cpu_seconds': measured.cpu_seconds,
        'mib': measured.own_mib,
        'all_mib': measured.peak_mib,
        **({} if stages is None else {'stages': dict(stages)}),
    }
    (exchange / f'{side}.json').write_text(json.dumps(figures))


def run_in_turns(
    sides: Sequence[str], repeats: int, compare: Callable[[Path], dict[str, Any]]
) -> dict[str, Any]:
    """Starts this command again for each side in turn, with ``--side`` and ``--exchange``.

    Args:
        sides: Some of :data:`SIDES`.
        repeats: Runs of each.
        compare: Reads how the answers in the folder of exchange differ.

    Returns:
        ``runs`` by side, the ``best`` of each side, and, of two sides, ``ratios`` of ours to the
        official and ``answers``; None of one side.

    Raises:
        UserError: If a child fails; with its last line.
    """
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            for side in sides:
                runs[side].append(_run_child(side, folder))
        answers = compare(Path(folder)) if len(sides) == len(SIDES) else None
    best = {side: _best(runs[side]) for side in sides}
    ratios = {key: best['ours'][key] / best['official'][key] for key in COSTS} if answers else None
    return {'runs': runs, 'best': best, 'ratios': ratios, 'answers': answers}


def cost_rows(
    figures: Mapping[str, Any], most_time: float, most_memory: float
) -> list[tuple[str, ...]]:
    """Rows of a table: what, each side, and, of two sides, the ratio and its bar."""
    best, ratios = figures['best'], figures['ratios']
    rows = []
    for title, key, bar in (
        ('seconds', 'seconds', f'{most_time}'),
        ('seconds on all cores together', 'cpu_seconds', ''),
        ('peak memory beyond the loaded model, MiB', 'mib', f'{most_memory}'),
        ('peak memory of the process, MiB', 'all_mib', ''),
    ):
        numbers = [f'{side[key]:.1f}' for side in best.values()]
        rows.append((title, *numbers, *([f'{ratios[key]:.2f}', bar] if ratios else [])))
    return rows


def exceeds(figures: Mapping[str, Any], most_time: float, most_memory: float) -> bool:
    """Whether ours takes more than its share of the official time or memory."""
    ratios = figures['ratios']
    return ratios is not None and (ratios['seconds'] > most_time or ratios['mib'] > most_memory)


def _best(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The least of each cost; stages are those of the fastest run."""
    fastest = min(runs, key=lambda run: run['seconds'])
    return {**fastest, **{key: min(run[key] for run in runs) for key in COSTS}}


def _run_child(side: str, folder: str) -> dict[str, Any]:
    command = [sys.executable, *sys.argv, '--side', side, '--exchange', folder]
    quiet = {**os.environ, 'PYTHONWARNINGS': 'ignore'}
    done = subprocess.run(command, stderr=subprocess.PIPE, env=quiet, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f'killed, status {done.returncode}']
        raise UserError(f'{side}: {lines[-1].removeprefix("error: ")}')
    return json.loads((Path(folder) / f'{side}.json').read_text())
