"""Measures how fast frames reach a model, beside the limits of the libraries that decode them.

tools/analysis/benchmark_loading.py --size 720x1280 --frames 40

Frames are drawn once, as JPEGs and as an H.264 file, and read in one process and thread: by Pillow,
OpenCV and PyAV alone, and by what `tools/test.py`, `tools/train.py` and `tools/demo.py` read with.
The last rows are frames of whole items of a dataset, with all transforms of a config: multiply by
the number of workers, and compare with the frames that a step of your model takes in a second.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mevis.boundary.arguments import COUNT, CommandParser, height_and_width


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument('--size', default='720x1280', metavar='HxW', help='size of the frames')
    parser.add_argument('--frames', type=COUNT, default=40, metavar='N', help='of the video')
    parser.add_argument('--repeats', type=COUNT, default=3, help='rounds; the best one counts')
    parser.add_argument(
        '--config', default='configs/mutr_swinl_global.py', help='whose pipelines are measured'
    )
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    return parser.parse_args()


def write_split(root: Path, size: tuple[int, int], num_frames: int) -> tuple[list[Path], Path]:
    """A video of smooth colours and moving discs in MeViS format, and as an H.264 file."""
    import cv2
    import numpy as np
    from PIL import Image

    from mevis.structures import encode_rle
    from mevis.visualization import write_video

    height, width = size
    folder = root / 'valid_u' / 'JPEGImages' / 'video'
    folder.mkdir(parents=True)
    y, x = np.mgrid[:height, :width] / max(size)
    rng = np.random.default_rng(0)
    grain = rng.normal(0, 6, (height, width, 1))
    paths, rles = [], []
    with write_video(root / 'video.mp4', 24) as video:
        for index in range(num_frames):
            waves = np.stack([np.sin(9 * x + k + index / 9) * np.cos(7 * y + k) for k in range(3)])
            colours = waves.transpose(1, 2, 0) * 90 + 128 + grain
            frame = np.ascontiguousarray(colours.clip(0, 255).astype(np.uint8))
            centre = int(width * (0.2 + 0.6 * index / num_frames)), height // 2
            cv2.circle(frame, centre, height // 6, (200, 40, 40), -1)
            mask = np.zeros(size, np.uint8)
            cv2.circle(mask, centre, height // 6, 1, -1)
            rles.append(encode_rle(mask[None].astype(bool))[0])
            paths.append(folder / f'{index:05d}.jpg')
            Image.fromarray(frame).save(paths[-1], quality=90)
            video.write(frame)
    names = [path.stem for path in paths]
    expression = {'exp': 'the disc that moves right', 'obj_id': [0], 'anno_id': [0]}
    meta = {'videos': {'video': {'expressions': {'0': expression}, 'frames': names}}}
    (root / 'valid_u' / 'meta_expressions.json').write_text(json.dumps(meta))
    (root / 'valid_u' / 'mask_dict.json').write_text(json.dumps({'0': rles}))
    return paths, root / 'video.mp4'


def readers(paths: list[Path], film: Path) -> dict[str, Callable[[], int]]:
    """Row -> a function that reads all frames and says how many there were."""
    import av
    import cv2
    import numpy as np
    from PIL import Image

    from mevis.apis import open_video
    from mevis.datasets.frame_reader import FrameReader

    size = np.asarray(Image.open(paths[0])).shape[:2]

    def by_opencv_video() -> int:
        capture, number = cv2.VideoCapture(str(film)), 0
        while True:
            there, frame = capture.read()
            if not there:
                return number
            cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
            number += 1

    def by_pyav() -> int:
        with av.open(str(film)) as container:
            container.streams.video[0].thread_type = 'SLICE'
            return sum(
                1 for frame in container.decode(video=0) if len(frame.to_ndarray(format='rgb24'))
            )

    def each(read: Callable[[Path], np.ndarray]) -> Callable[[], int]:
        return lambda: sum(1 for path in paths if len(read(path)))

    return {
        'JPEG: Pillow': each(lambda path: np.asarray(Image.open(path).convert('RGB'))),
        'JPEG: OpenCV': each(lambda path: cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)),
        'JPEG: mevis (FrameReader)': lambda: len(
            FrameReader([str(path) for path in paths], size)(range(len(paths)))
        ),
        'H.264: PyAV': by_pyav,
        'H.264: OpenCV': by_opencv_video,
        'H.264: mevis (open_video)': lambda: sum(1 for _ in open_video(film)),
    }


def items(config: str, root: Path) -> dict[str, Callable[[], int]]:
    """The items of a training and a test of a config, with all their transforms."""
    from mmengine.registry import init_default_scope

    from mevis.apis import load_config
    from mevis.registry import DATASETS

    cfg = load_config(config)
    init_default_scope('mevis')
    found = {}
    for name, loader in (('training', cfg.train_dataloader), ('test', cfg.test_dataloader)):
        settings = {**loader.dataset, 'data_root': str(root), 'split': 'valid_u'}
        settings.pop('instance_masks_dir', None)
        dataset = DATASETS.build(settings)
        turns = 8 if name == 'training' else 1

        def read(dataset=dataset, turns=turns) -> int:
            return sum(len(dataset[0]['inputs']) for _ in range(turns))

        found[f'{name} items of {Path(config).stem}'] = read
    return found


def measure(args: argparse.Namespace) -> dict[str, float]:
    """Row -> frames per second of processor time, the best of some rounds."""
    import cv2
    import torch

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        paths, film = write_split(Path(folder), height_and_width(args.size), args.frames)
        rows = {**readers(paths, film), **items(args.config, Path(folder))}
        best = dict.fromkeys(rows, 0.0)
        for _ in range(args.repeats):
            for name, read in rows.items():
                start = time.process_time()
                best[name] = max(best[name], read() / (time.process_time() - start))
    return best


def main() -> int:
    """Runs the command."""
    args = parse_args()
    figures = measure(args)
    if args.json:
        print(json.dumps(figures, indent=2))
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table(f'{args.size}, one thread', 'frames per second')
    for name, rate in figures.items():
        table.add_row(name, f'{rate:.0f}')
    Console().print(table)
    return 0


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
