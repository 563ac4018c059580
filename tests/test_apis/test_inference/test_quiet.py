"""A fresh process that answers has nothing to say on the way."""

import subprocess
import sys

import pytest

ANSWER = """
import sys
import numpy as np
from mevis.apis import RefVidSegInferencer

config, checkpoint = sys.argv[1:]
inferencer = RefVidSegInferencer(f'mevis::{config}.py', f'mevis::weights/{checkpoint}.safetensors')
frames = np.random.default_rng(0).integers(0, 256, (3, 64, 96, 3), dtype=np.uint8)
inferencer(frames, ['the red star'])
"""
TRACKS = 'track_selector_tiny_moving_shapes'


@pytest.mark.parametrize(
    ('config', 'checkpoint'),
    [('mutr_tiny_moving_shapes', 'mutr_tiny_moving_shapes'), (f'{TRACKS}_pixels', TRACKS)],
)
def test_no_library_warns(config, checkpoint):
    # PyTorch warns once per process: another test of this one may have heard it.
    done = subprocess.run(
        [sys.executable, '-W', 'always', '-c', ANSWER, config, checkpoint],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert 'meshgrid' not in done.stderr
