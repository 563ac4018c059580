"""The scripts that start many processes, with commands in the place of torchrun's and Slurm's."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

TORCHRUN = 'python -m mevis.apis.running.launcher'
# What a job finds in its environment; the scripts hand over what it runs by --wrap.
FAKES = {
    'sbatch': """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$LOG/sbatch"
shards=0
for word in "$@"; do case $word in --array=1-*) shards=${word#--array=1-};; esac; done
wrap=${!#}
if [ "$shards" = 0 ]; then SLURM_JOB_NODELIST='node[1-2]' bash -c "$wrap"; fi
for ((i = 1; i <= shards; i++)); do SLURM_ARRAY_TASK_ID=$i bash -c "$wrap"; done
echo '42;cluster'
""",
    'scontrol': '#!/bin/sh\n[ "$*" = "show hostnames node[1-2]" ] && printf "node1\\nnode2\\n"\n',
    'srun': """#!/usr/bin/env bash
while [ "${1#-}" != "$1" ]; do shift; done
for id in 0 1; do SLURM_NODEID=$id "$@" >> "$LOG/srun"; done
""",
    'record': '#!/bin/sh\nfor word; do printf "%s|" "$word"; done >> "$LOG/record"\n'
    'echo >> "$LOG/record"\n',
}


@pytest.fixture
def call(repo_root, tmp_path, monkeypatch):
    """Starts a script among the fakes."""
    programs = tmp_path / 'bin'
    programs.mkdir()
    for name, text in FAKES.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    for name in ('NNODES', 'NODE_RANK', 'MASTER_ADDR', 'PORT', 'PYTHON', 'DRY_RUN'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('LOG', str(tmp_path))
    monkeypatch.setenv('PATH', f'{programs}{os.pathsep}{os.environ["PATH"]}')

    def start(script: str, *args: str, **environ: str) -> subprocess.CompletedProcess:
        env = {**os.environ, **environ}
        command = [f'tools/{script}', *args]
        return subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)

    return start


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_one_machine_stands_alone(call):
    done = call('dist_train.sh', 'a b.py', '2', '--work-dir', 'w', DRY_RUN='1')
    words = shlex.split(done.stdout)
    assert words == shlex.split(
        f'{TORCHRUN} --standalone --nproc-per-node 2 tools/train.py "a b.py" --launcher pytorch'
        ' --work-dir w'
    )


def test_several_machines_meet_at_the_first(call):
    where = dict(NNODES='2', NODE_RANK='1', MASTER_ADDR='node1', PORT='4', DRY_RUN='1')
    done = call('dist_test.sh', 'c.py', 'w.pth', '8', '--shard', '1/2', **where)
    assert shlex.split(done.stdout) == shlex.split(
        f'{TORCHRUN} --nnodes 2 --node-rank 1 --master-addr node1 --master-port 4'
        ' --nproc-per-node 8 tools/test.py c.py w.pth --launcher pytorch --shard 1/2'
    )


def test_several_machines_without_a_meeting_point_are_refused(call):
    done = call('dist_train.sh', 'c.py', '8', NNODES='2', NODE_RANK='1')
    assert done.returncode == 2
    assert 'needs NODE_RANK (0 to 1) and MASTER_ADDR' in done.stderr


def test_an_array_of_shards_and_a_job_that_merges(call, tmp_path):
    command = ['record', 'x.py', '--work-dir', 'a b', '--cfg-options', "k=['v w', 2]", 'm=$HOME']
    done = call('slurm_shards.sh', '3', '--partition=gpu', '--', *command)
    assert done.returncode == 0, done.stderr
    assert done.stdout == 'array 42 (shards 1 to 3), then job 42, which merges\n'
    before, after = 'x.py|--work-dir|a b|', "--cfg-options|k=['v w', 2]|m=$HOME|"
    assert lines(tmp_path / 'record') == [
        *(f'{before}--shard|{number}/3|{after}' for number in (1, 2, 3)),
        before + after,
    ]
    array, merge = lines(tmp_path / 'sbatch')
    assert '--array=1-3 --requeue --open-mode=append --partition=gpu' in array
    assert '--dependency=afterok:42 --partition=gpu' in merge


def test_a_dry_run_submits_nothing(call, tmp_path):
    done = call('slurm_shards.sh', '--dry-run', '3', '--', 'record', 'x.py')
    array, merge = map(shlex.split, done.stdout.splitlines())
    assert array[0] == merge[0] == 'sbatch'
    assert array[-2:] == ['--wrap', 'exec record x.py --shard "$SLURM_ARRAY_TASK_ID/3" ']
    assert merge[-2:] == ['--wrap', 'exec record x.py ']
    train = call('slurm_train.sh', '--dry-run', '2', '4', '--', 'c.py', '--work-dir', 'w')
    assert shlex.split(train.stdout)[:4] == [
        'sbatch',
        '--nodes=2',
        '--ntasks-per-node=1',
        '--gpus-per-node=4',
    ]
    assert not (tmp_path / 'sbatch').exists()


def test_training_starts_torchrun_on_every_machine(call, tmp_path):
    done = call('slurm_train.sh', '2', '4', '--', 'c.py', '--work-dir', 'a b', DRY_RUN='1')
    assert done.returncode == 0, done.stderr
    started = [shlex.split(line) for line in lines(tmp_path / 'srun')]
    assert started == [
        shlex.split(
            f'{TORCHRUN} --nnodes 2 --node-rank {rank} --master-addr node1 --master-port 29500'
            ' --nproc-per-node 4 tools/train.py c.py --launcher pytorch --resume --work-dir "a b"'
        )
        for rank in (0, 1)
    ]
    assert '--requeue' in lines(tmp_path / 'sbatch')[0]


@pytest.mark.parametrize(
    ('script', 'args'),
    [
        ('dist_test.sh', ['c.py', 'w.pth']),
        ('dist_train.sh', ['c.py']),
        ('slurm_shards.sh', ['none', '--', 'record']),
        ('slurm_shards.sh', ['3', 'record']),
        ('slurm_train.sh', ['2', '--', 'c.py']),
        ('slurm_train.sh', ['2', '4', '--', 'c.py']),
    ],
)
def test_what_is_missing_is_said(call, tmp_path, script, args):
    done = call(script, *args)
    assert done.returncode == 2
    assert f'tools/{script}' in done.stdout or '--work-dir' in done.stderr
    assert not (tmp_path / 'sbatch').exists()
    assert call(script, '--help').returncode == 0
