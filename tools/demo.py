"""Answers sentences about a video: which pixels of each frame belong to what is meant.

tools/demo.py clip.mp4 --text "the ball that rolls to the left"
"""

import argparse

from mevis.apis.cli import run

CONFIG = 'configs/mutr_tiny_moving_shapes.py'
CHECKPOINT = 'weights/mutr_tiny_moving_shapes.safetensors'


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mmengine.config import DictAction

    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog='See docs/guides/demo.md.'
    )
    parser.add_argument('video', help='a video file, a folder of frames or an image')
    parser.add_argument(
        '--text', action='append', required=True, help='a sentence; repeat it for several'
    )
    parser.add_argument('--config', help=f'default: {CONFIG} of this checkout')
    parser.add_argument('--checkpoint', help=f'default: {CHECKPOINT} of this checkout')
    parser.add_argument('--out-dir', help='default: work_dirs/answers/<video>')
    parser.add_argument('--device', help='cpu, cuda, cuda:1; default: the GPU if there is one')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        metavar='KEY=VALUE',
        help='override entries of the config: model.chunk_size=4',
    )
    return parser.parse_args()


def main() -> None:
    """Answers."""
    args = parse_args()
    from pathlib import Path

    from mevis.apis.inference_output import check_writable, write_result
    from mevis.apis.inferencer import RefVidSegInferencer, checked_texts
    from mevis.apis.video_source import open_video

    root = Path(__file__).resolve().parents[1]
    texts, video = checked_texts(args.text), open_video(args.video)
    out_dir = args.out_dir or f'work_dirs/answers/{video.name}'
    check_writable(out_dir)
    inferencer = RefVidSegInferencer(
        args.config or root / CONFIG,
        args.checkpoint or root / CHECKPOINT,
        args.device,
        args.cfg_options,
    )
    result = inferencer(video, texts)
    for answer in result.predictions:
        print(f'{answer.text}: score {answer.score:.2f}')
    for path in write_result(result, out_dir):
        print(path)


if __name__ == '__main__':
    run(main)
