"""Memory that is freed and taken again; in a process of its own, whose allocator it sets."""

import platform
import subprocess
import sys
from types import SimpleNamespace

import pytest
from torch import nn

from mevis.engine.hooks import freed_memory_hook
from mevis.engine.hooks.freed_memory_hook import FreedMemoryHook

PROGRAM = """
import resource, sys
import torch
from mevis.engine.hooks.freed_memory_hook import keep_freed_memory

kept = sys.argv[1] == 'kept' and keep_freed_memory()
for _ in range(6):
    torch.ones(1 << 24)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(6):
    torch.ones(1 << 24)
print(kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(how: str) -> int:
    """Pages that six tensors of 64 MiB ask the kernel for, after six others."""
    command = [sys.executable, '-c', PROGRAM, how]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    kept, faults = run.stdout.split()
    assert kept == str(how == 'kept')
    return int(faults)


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='the allocator is not that of glibc')
def test_tensors_take_the_memory_of_those_before():
    assert page_faults('kept') * 10 < page_faults('as it is')


@pytest.mark.parametrize(('device', 'wanted'), [('cpu', [True]), ('meta', [])])
def test_trainings_on_other_devices_are_left_alone(device, wanted, monkeypatch):
    calls = []
    monkeypatch.setattr(freed_memory_hook, 'keep_freed_memory', lambda: calls.append(True))
    FreedMemoryHook().before_train(SimpleNamespace(model=nn.Linear(2, 2, device=device)))
    assert calls == wanted


def test_other_systems_are_left_alone(monkeypatch):
    monkeypatch.setattr(platform, 'system', lambda: 'Darwin')
    assert not freed_memory_hook.keep_freed_memory()
