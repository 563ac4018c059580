import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from PIL import Image

from mevis.engine.hooks import RefVidSegVisualizationHook
from mevis.testing.tiny_mevis import write_tiny_mevis


class Recorder:
    def __init__(self) -> None:
        self.calls = []

    def add_datasample(self, name, image, data_sample, **options):
        self.calls.append((name, options['step'], options['max_expressions']))


def recorded(hook: RefVidSegVisualizationHook, rank: int = 0) -> Recorder:
    recorder = Recorder()
    runner = SimpleNamespace(visualizer=recorder, rank=rank, iter=70)
    for index in range(10):
        sample = SimpleNamespace(video=f'v{index}')
        hook.after_val_iter(runner, index, None, [sample])
    return recorder


def test_some_videos_are_drawn():
    hook = RefVidSegVisualizationHook(draw=True, interval=3, max_videos=2, max_expressions=5)
    assert recorded(hook).calls == [('val/v0', 70, 5), ('val/v3', 70, 5)]


def test_nothing_is_drawn_unless_asked_or_on_other_ranks():
    assert recorded(RefVidSegVisualizationHook()).calls == []
    assert recorded(RefVidSegVisualizationHook(draw=True), rank=1).calls == []


@pytest.mark.slow
def test_a_real_test_draws_answers_and_truth(repo_root, tmp_path):
    """tools/test.py with the visualizer of the default runtime."""
    write_tiny_mevis(tmp_path / 'data')
    project = repo_root / 'tests/data/toy_project'
    env = {
        **os.environ,
        'PYTHONPATH': os.pathsep.join([str(project), str(repo_root)]),
        'CUDA_VISIBLE_DEVICES': '',
    }
    make = 'import sys, torch, toy_segmentor as toy\n'
    make += 'torch.save(toy.ToySegmentor().state_dict(), sys.argv[1])'
    weights = tmp_path / 'toy.pth'
    subprocess.run([sys.executable, '-c', make, str(weights)], env=env, check=True)
    command = [sys.executable, 'tools/test.py', str(project / 'toy_val_config.py'), str(weights)]
    command += ['--work-dir', str(tmp_path / 'out'), '--cfg-options']
    command += [f'test_dataloader.dataset.data_root={tmp_path / "data"}']
    command += ['default_hooks.visualization.draw=True', 'default_hooks.visualization.max_videos=1']
    command += ['visualizer.type=RefVidSegVisualizer']
    done = subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    [picture] = (tmp_path / 'out').rglob('vis_image/*.png')
    assert picture.name == 'test_bird_0.png'
    # Four sentences, each with its answer and its truth: far higher than answers alone.
    assert Image.open(picture).height > 8 * 180
