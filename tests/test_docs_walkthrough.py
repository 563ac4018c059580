"""The walkthrough runs, block after block, and prints what it says."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / 'docs/guides/walkthrough.md'
BLOCK = re.compile(r'^```(bash|python|text)\n(.*?)^```', re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_page_runs_from_its_first_to_its_last_block(tmp_path):
    for name in ('configs', 'weights', 'tools'):  # as in the checkout, where the reader stands
        (tmp_path / name).symlink_to(ROOT / name)
    printed, kinds = '', []
    for kind, text in BLOCK.findall(PAGE.read_text()):
        kinds.append(kind)
        if kind == 'text':
            assert text in printed
            continue
        command = [sys.executable, '-c', text]
        if kind == 'bash':
            command = ['bash', '-ec', text.replace('python tools/', f'{sys.executable} tools/')]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=600)
        assert done.returncode == 0, done.stderr[-3000:]
        printed = done.stdout
    assert kinds.count('bash') == 4
    assert kinds.count('python') == 3
    assert kinds.count('text') == 1
    assert 'mine.zip: sound, 72 masks.' in printed
    assert len(zipfile.ZipFile(tmp_path / 'mine.zip').namelist()) == 72
    for folder, rows in (('answers', 2), ('answers_model', 3)):
        with Image.open(tmp_path / folder / 'sheet.png') as sheet:
            assert sheet.height > 150 * rows
