"""tools/analysis/instance_memory.py: what grows with the video and what does not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[3] / 'tools/analysis/instance_memory.py'
CONFIG = """
_base_ = ['{root}/configs/dvis_r50_online.py']
model = dict(
    segmenter=dict(
        backbone=dict(depth=18, base_channels=8),
        backbone_channels=[8, 16, 32, 64],
        num_queries=6,
        head=dict(
            num_heads=2,
            encoder_layers=1,
            encoder_feedforward_dims=32,
            decoder_layers=1,
            feedforward_dims=32,
        ),
    ),
    tracker=dict(num_layers=1, num_heads=2, feedforward_dims=32),
    embed_dims=32,
    num_instances=3,
)
"""


def start(*args: object) -> subprocess.CompletedProcess:
    command = [sys.executable, str(TOOL), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def config(tmp_path, repo_root) -> Path:
    path = tmp_path / 'small.py'
    path.write_text(CONFIG.format(root=repo_root))
    return path


@pytest.mark.slow
def test_on_disk_memory_is_flat_and_in_memory_it_grows(config):
    arguments = ['--frames', 6, 60, '--size', '96x160', '--mask-features', 'disk', 'memory']
    done = start(config, *arguments, '--json')
    assert done.returncode == 0, done.stderr
    peaks = {
        store: [row[number]['mib'] for number in ('6', '60')]
        for store, row in json.loads(done.stdout).items()
    }
    # 256 channels at stride 4: 0.9 MiB a frame.
    assert peaks['memory'][1] - peaks['memory'][0] > 40
    assert peaks['disk'][1] - peaks['disk'][0] < 12


def test_bad_input_is_one_line(config):
    done = start(config, '--size', 'large')
    assert (done.returncode, done.stderr) == (
        2,
        'error: --size large: must be height x width, such as 360x640.\n',
    )
    done = start(config, '--frames', '0')
    assert done.returncode == 2
    assert "argument --frames: '0' must be a whole number from 1" in done.stderr.splitlines()[-1]
    done = start(config.with_name('absent.py'), '--frames', '2')
    assert done.returncode == 2
    assert 'absent.py: no such config' in done.stderr
