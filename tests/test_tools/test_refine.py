"""tools/refine.py as a user runs it: as inside a test, killed, refused, on two processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mevis.testing.small_mutr import build_small_mutr, small_mutr_config
from mevis.testing.tiny_mevis import write_tiny_mevis

pytestmark = pytest.mark.slow
TOY = 'tests/data/toy_project'
REFINE = 'model.refiner.type=ToyRefiner'


@pytest.fixture(scope='module')
def project(tmp_path_factory, repo_root) -> Path:
    """A folder with data, a config of the small MUTR, its weights and its answers."""
    folder = tmp_path_factory.mktemp('project')
    write_tiny_mevis(folder / 'data')
    cfg = Config.fromfile(repo_root / TOY / 'toy_val_config.py', import_custom_modules=False)
    cfg.model = small_mutr_config()
    cfg.custom_imports.imports += ['toy_refiner']
    cfg.test_dataloader.dataset.data_root = str(folder / 'data')
    cfg.dump(folder / 'config.py')
    torch.save({'state_dict': build_small_mutr().state_dict()}, folder / 'weights.pth')
    for name, options in (('plain', []), ('inside', [REFINE])):
        args = [str(folder / 'config.py'), str(folder / 'weights.pth')]
        args += ['--work-dir', str(folder / name), *cfg_options(*options)]
        done = call(repo_root, 'tools/test.py', *args)
        assert done.returncode == 0, done.stderr[-3000:]
    return folder


def cfg_options(*options: str) -> list[str]:
    return ['--cfg-options', *options] if options else []


def call(repo_root: Path, *command: str) -> subprocess.CompletedProcess:
    paths = [str(repo_root / TOY), str(repo_root)]
    env = {
        **os.environ,
        'PYTHONPATH': os.pathsep.join(paths),
        'OMP_NUM_THREADS': '1',
        'CUDA_VISIBLE_DEVICES': '',
    }
    start = [sys.executable, *command]
    return subprocess.run(start, cwd=repo_root, env=env, capture_output=True, text=True)


def refine(repo_root, project, out, *options, predictions='plain/predictions', processes=1):
    start = ['tools/refine.py', str(project / 'config.py')]
    if processes > 1:
        launch = ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node']
        start = [*launch, str(processes), *start, '--launcher', 'pytorch']
    folders = ['--predictions', str(project / predictions), '--out', str(out)]
    return call(repo_root, *start, *folders, *cfg_options(*(options or [REFINE])))


def answers(folder: Path) -> dict[str, dict]:
    """Video -> what was answered, without the scores that a test keeps beside."""
    found = {}
    for path in sorted((folder / 'videos').glob('*.json')):
        found[path.stem] = {**json.loads(path.read_text()), 'record': None}
    return found


@pytest.fixture(scope='module')
def refined(repo_root, project) -> Path:
    done = refine(repo_root, project, project / 'refined')
    assert done.returncode == 0, done.stderr[-3000:]
    assert '2 videos refined (0 were done already)' in done.stdout
    return project / 'refined'


def test_masks_are_those_of_refinement_inside_a_test(project, refined):
    inside = answers(project / 'inside/predictions')
    assert inside.keys() == {'bird', 'cat'}
    assert answers(refined) == inside
    assert inside != answers(project / 'plain/predictions')


def test_the_work_folder_of_a_test_will_do(repo_root, project, refined, tmp_path):
    done = refine(repo_root, project, tmp_path / 'out', predictions='plain')
    assert done.returncode == 0, done.stderr[-3000:]
    assert answers(tmp_path / 'out') == answers(refined)


def test_a_killed_refinement_does_what_is_missing(
    repo_root, project, refined, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setenv('TOY_REFINER_DIES_AT', 'cat')
        killed = refine(repo_root, project, tmp_path / 'out')
    assert killed.returncode == -9, killed.stderr[-3000:]
    assert answers(tmp_path / 'out').keys() == {'bird'}
    again = refine(repo_root, project, tmp_path / 'out')
    assert again.returncode == 0, again.stderr[-3000:]
    assert '1 videos refined (1 were done already)' in again.stdout
    assert answers(tmp_path / 'out') == answers(refined)


def test_masks_of_another_refiner_are_not_mixed_in(repo_root, project, refined):
    done = refine(repo_root, project, refined, REFINE, 'model.refiner.threshold=0.7')
    assert done.returncode == 2
    assert 'Traceback' not in done.stderr
    assert 'another refiner' in done.stderr.splitlines()[-1]
    assert 'Choose another --out' in done.stderr.splitlines()[-1]


def test_two_processes_give_what_one_gives(repo_root, project, refined, tmp_path):
    done = refine(repo_root, project, tmp_path / 'out', processes=2)
    assert done.returncode == 0, done.stderr[-3000:]
    assert answers(tmp_path / 'out') == answers(refined)


def test_a_finished_refinement_has_nothing_to_do(repo_root, project, refined):
    before = {path: path.stat().st_mtime_ns for path in refined.rglob('*.json')}
    done = refine(repo_root, project, refined)
    assert done.returncode == 0, done.stderr[-3000:]
    assert '0 videos refined (2 were done already)' in done.stdout
    assert {path: path.stat().st_mtime_ns for path in refined.rglob('*.json')} == before
