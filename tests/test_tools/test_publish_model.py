"""A model becomes a folder, which tools take by its files."""

import subprocess
import sys

from mevis.apis import load_config


def test_the_shipped_model_is_published(repo_root, tmp_path):
    scores = tmp_path / 'scores.json'
    scores.write_text('{"J&F": 63.8, "N-acc": null}')
    names = ('configs/mutr_tiny_moving_shapes.py', 'weights/mutr_tiny_moving_shapes.safetensors')
    command = [sys.executable, str(repo_root / 'tools/publish_model.py')]
    command += [str(repo_root / name) for name in names]
    folder = tmp_path / 'published'
    done = subprocess.run(
        [*command, str(folder), '--scores', str(scores)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in folder.iterdir()} == {
        'config.json',
        'model.safetensors',
        'README.md',
    }
    assert load_config(folder / 'config.json').model.type == 'MUTR'
    scores.write_text('{"J&F": "much"}')
    again = subprocess.run(
        [*command, str(folder), '--scores', str(scores)], capture_output=True, text=True
    )
    assert again.returncode == 2
    assert 'J&F' in again.stderr
