"""Measures how annotations of the size of MeViS load, and what workers cost.

Generates a train split of full size (annotations only: 1,662 videos, about 23,000 expressions,
450,000 masks), loads it in a fresh process without and with the cache file, then lets worker
processes read masks of random clips and prints how much memory is their own.
"""

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mevis.boundary.arguments import COUNT, WORKERS, CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(description=__doc__)
    parser.add_argument('--dir', type=Path, help='keep the generated split here and reuse it')
    parser.add_argument('--videos', type=COUNT, default=1662, help='of the split')
    parser.add_argument('--masks', type=COUNT, default=450_000, help='in all')
    parser.add_argument('--expressions', type=COUNT, default=23_051, help='in all')
    parser.add_argument('--workers', type=WORKERS, default=4, help='processes that load')
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    parser.add_argument('--load', action='store_true', help=argparse.SUPPRESS)
    return parser.parse_args()


def generate(root: Path, num_videos: int, num_masks: int, num_expressions: int) -> None:
    """Writes ``root/train`` with blobs at 720p; the run lengths are of realistic size."""
    import numpy as np

    from mevis.structures import encode_rle

    rng = np.random.default_rng(0)
    y, x = np.mgrid[:720, :1280]
    templates = []
    for _ in range(200):
        angle = np.arctan2(y - 360, x - 640)
        wave = sum(rng.uniform(-1, 1) * np.sin(k * angle + rng.uniform(0, 6)) for k in range(2, 9))
        radius = rng.uniform(60, 300) * (1 + 0.08 * wave)
        blob = np.hypot(y - rng.integers(200, 520), x - rng.integers(300, 980)) < radius
        templates.append(json.dumps(encode_rle(blob[None])[0]))
    folder = root / 'train'
    folder.mkdir(parents=True, exist_ok=True)
    objects = np.diff(np.linspace(0, round(num_videos * 4.28), num_videos + 1).astype(int))
    # 15 % of the entries are null, so that about num_masks remain.
    lengths = rng.integers(30, 100, num_videos)
    lengths = np.maximum(1, lengths * (num_masks / 0.85 / (lengths * objects).sum())).round()
    videos, anno_id = {}, 0
    per_video = np.diff(np.linspace(0, num_expressions, num_videos + 1).astype(int))
    with (folder / 'mask_dict.json').open('w') as file:
        file.write('{')
        for index in range(num_videos):
            ids = range(anno_id, anno_id + int(objects[index]))
            for key in ids:
                absent = rng.random(int(lengths[index])) < 0.15
                picks = rng.integers(len(templates), size=len(absent))
                track = [
                    'null' if gone else templates[pick]
                    for gone, pick in zip(absent, picks, strict=True)
                ]
                file.write(f'{", " if key else ""}"{key}": [{", ".join(track)}]')
            anno_id = ids.stop
            expressions = {
                str(number): {
                    'exp': f'the thing that moves in manner {number} behind the other things',
                    'obj_id': [0],
                    'anno_id': [int(ids.start + number % len(ids))] if ids else [],
                }
                for number in range(int(per_video[index]))
            }
            frames = [f'{frame:05d}' for frame in range(int(lengths[index]))]
            videos[f'{index:012x}'] = {
                'expressions': expressions,
                'vid_id': index,
                'frames': frames,
            }
        file.write('}')
    (folder / 'meta_expressions.json').write_text(json.dumps({'videos': videos}))


def build_dataset(root: Path):
    """The train split without pipeline."""
    from mevis.datasets import MeViSDataset

    sampler = {'type': 'MUTRFrameSampler', 'num_frames': 5}
    return MeViSDataset(str(root), 'train', frame_sampler=sampler, pipeline=[])


def load_once(root: Path) -> None:
    """Child process: loads, prints seconds, those of its processor, and peak memory."""
    import mevis.datasets  # noqa: F401  (its import is not what is measured)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu_start = time.perf_counter(), time.process_time()
    dataset = build_dataset(root)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = {
        'seconds': round(seconds, 2),
        'cpu_seconds': round(cpu_seconds, 2),
        'peak_mib': round(peak / 1024),
        'imports_mib': round(before / 1024),
        'expressions': len(dataset),
        'masks': dataset.mask_store.num_masks,
        'buffer_mib': round(dataset.mask_store.num_bytes / 2**20),
    }
    print(json.dumps(figures))


def memory_of_self() -> dict[str, int]:
    """Proportional and private memory of this process, MiB."""
    text = Path('/proc/self/smaps_rollup').read_text()
    values = {
        line.split(':')[0]: int(line.split()[1]) for line in text.splitlines()[1:] if ':' in line
    }
    private = values['Private_Dirty'] + values['Private_Clean']
    return {'pss_mib': round(values['Pss'] / 1024), 'private_mib': round(private / 1024)}


def read_clips(dataset, seed: int, barrier, queue) -> None:
    """Worker: reads masks of random clips all over the split, then measures itself."""
    import numpy as np

    rng = np.random.default_rng(seed)
    dataset.mask_store._counts[::4096].sum()  # touches every page, the worst case
    start = time.perf_counter()
    num_clips = 5000
    for _ in range(num_clips):
        record = dataset.records[int(rng.integers(len(dataset.records)))]
        expression = record.expressions[int(rng.integers(len(record.expressions)))]
        num_frames = len(record.frame_names)
        frames = dataset.frame_sampler(num_frames, int(rng.integers(num_frames)), rng)
        dataset.read_truth(record, expression, frames)
    milliseconds = (time.perf_counter() - start) / num_clips * 1e3
    barrier.wait()
    figures = {**memory_of_self(), 'ms_per_clip': round(milliseconds, 3)}
    barrier.wait()  # nobody leaves before all have measured
    queue.put(figures)


def measure_workers(root: Path, method: str, num_workers: int) -> list[dict[str, float]]:
    """Figures of each worker."""
    dataset = build_dataset(root)
    context = multiprocessing.get_context(method)
    barrier, queue = context.Barrier(num_workers), context.Queue()
    workers = [
        context.Process(target=read_clips, args=(dataset, seed, barrier, queue))
        for seed in range(num_workers)
    ]
    for worker in workers:
        worker.start()
    figures = [queue.get() for _ in workers]
    for worker in workers:
        worker.join()
    return figures


def measure(root: Path, num_workers: int) -> dict:
    """All figures."""
    command = [sys.executable, __file__, '--load', '--dir', str(root)]
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, 'MEVIS_CACHE_DIR': cache}
        runs = [
            json.loads(subprocess.run(command, env=environment, stdout=-1, check=True).stdout)
            for _ in range(2)
        ]
        os.environ['MEVIS_CACHE_DIR'] = cache
        return {
            'file_mib': round((root / 'train/mask_dict.json').stat().st_size / 2**20),
            'first_load': runs[0],
            'later_load': runs[1],
            'fork': measure_workers(root, 'fork', num_workers),
            'spawn': measure_workers(root, 'spawn', num_workers),
        }


def main() -> int:
    """Runs the command."""
    args = parse_args()
    if args.load:
        load_once(args.dir)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        root = args.dir or Path(temporary)
        if not (root / 'train/meta_expressions.json').is_file():
            generate(root, args.videos, args.masks, args.expressions)
        figures = measure(root, args.workers)
    first = figures['first_load']
    holds = first['seconds'] < 20 and first['peak_mib'] < 1500
    if args.json:
        print(json.dumps({**figures, 'holds': holds}, indent=2))
        return 0 if holds else 1
    print(
        f'mask_dict.json: {figures["file_mib"]} MiB, {first["masks"]} masks,'
        f' {first["expressions"]} expressions'
    )
    for name in ('first_load', 'later_load'):
        run = figures[name]
        print(
            f'{name.replace("_", " ")}: {run["seconds"]} s ({run["cpu_seconds"]} s of a processor),'
            f' peak {run["peak_mib"]} MiB ({run["imports_mib"]} MiB of it imports);'
            f' shared buffer {run["buffer_mib"]} MiB'
        )
    for method in ('fork', 'spawn'):
        for number, worker in enumerate(figures[method]):
            print(
                f'{method} worker {number}: private {worker["private_mib"]} MiB,'
                f' PSS {worker["pss_mib"]} MiB, {worker["ms_per_clip"]} ms per clip of masks'
            )
    print('below 20 s and 1500 MiB' if holds else 'NOT below 20 s and 1500 MiB')
    return 0 if holds else 1


if __name__ == '__main__':
    sys.exit(main())
