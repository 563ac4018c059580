"""The command that writes PNG folders and reads them back."""

import json
import subprocess
import sys
from pathlib import Path

from mevis.structures.folder_lock import FolderLock
from mevis.testing.tiny_mevis import write_tiny_mevis


def run_tool(repo_root: Path, *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, str(repo_root / 'tools/export_masks.py'), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=repo_root)


def test_there_and_back(repo_root: Path, tmp_path: Path):
    split = write_tiny_mevis(tmp_path)
    run = run_tool(repo_root, 'to-png', split, tmp_path / 'png')
    assert run.returncode == 0, run.stderr
    assert '15 PNG files' in run.stdout
    back = tmp_path / 'back.json'
    run = run_tool(repo_root, 'from-png', tmp_path / 'png', split / 'meta_expressions.json', back)
    assert run.returncode == 0, run.stderr
    assert json.loads(back.read_text()) == json.loads((split / 'mask_dict.json').read_text())


def test_no_masks(repo_root: Path, tmp_path: Path):
    split = write_tiny_mevis(tmp_path, 'valid', truth=False)
    run = run_tool(repo_root, 'to-png', split, tmp_path / 'png')
    assert run.returncode == 2
    assert 'mask_dict.json' in run.stderr
    assert 'Traceback' not in run.stderr


def test_a_folder_into_which_another_process_writes(repo_root: Path, tmp_path: Path):
    split = write_tiny_mevis(tmp_path)
    with FolderLock(tmp_path / 'png'):
        run = run_tool(repo_root, 'to-png', split, tmp_path / 'png')
    assert run.returncode == 2
    assert 'writes into this folder' in run.stderr
