"""The report on an installation: each fault is found and comes with its mend."""

import builtins
import importlib
import shutil
from collections import namedtuple

import pytest

from mevis import environment

GOOD = {'onedl-mmcv': '2.3.6', 'onedl-mmengine': '0.10.12', 'onedl-mmdetection': '3.5.1'}


def test_requirements_met():
    (finding,) = environment.check_requirements(['torch>=2.4'], {'torch': '2.14.1+cpu'})
    assert (finding.status, finding.value, finding.mend) == ('ok', '2.14.1+cpu', '')


@pytest.mark.parametrize(('installed', 'value'), [({}, 'missing'), ({'torch': '2.1'}, '2.1;')])
def test_requirement_missing_or_too_old(installed, value):
    (finding,) = environment.check_requirements(['torch>=2.4'], installed)
    assert finding.status == 'fail'
    assert finding.value.startswith(value)
    assert finding.mend == "pip install 'torch>=2.4'"


def test_names_are_compared_as_the_index_does():
    (finding,) = environment.check_requirements(
        ['Segment_Anything.HQ'], {'segment-anything-hq': '1'}
    )
    assert finding.status == 'ok'


def test_missing_extras_are_notes_by_extra():
    lines = ['pytest>=8; extra == "dev"', 'ruff; extra == "dev"', 'tensorboard; extra == "board"']
    (finding,) = environment.check_requirements(lines, {'tensorboard': '2'})
    assert (finding.name, finding.status) == ('extra dev', 'note')
    assert 'pytest, ruff' in finding.value
    assert "'.[dev]'" in finding.mend


@pytest.mark.parametrize('upstream', ['mmcv', 'mmcv-lite', 'mmengine', 'mmdet'])
def test_both_lines_of_openmmlab(upstream):
    (finding,) = environment.check_openmmlab_lines({**GOOD, upstream: '2.2.0'})
    ours = environment.ONEDL_LINE[environment.UPSTREAM_LINE[upstream]]
    assert finding.status == 'fail'
    assert 'both installed' in finding.value
    assert f'pip uninstall -y {upstream} {ours} && pip install' in finding.mend


def test_upstream_line_alone():
    (finding,) = environment.check_openmmlab_lines({'mmdet': '3.3.0'})
    assert finding.status == 'fail'
    assert 'where onedl-mmdetection is expected' in finding.value


def test_one_line_of_openmmlab_is_silent():
    assert environment.check_openmmlab_lines(GOOD) == []


def test_opencv_twice_with_different_versions():
    versions = {'opencv-python': '4.10', 'opencv-python-headless': '4.12'}
    (finding,) = environment.check_opencv(versions)
    assert finding.status == 'note'
    assert 'pip uninstall -y opencv-python opencv-python-headless' in finding.mend


def test_opencv_that_does_not_load(monkeypatch):
    def refuse(name):
        raise ImportError('libGL.so.1: cannot open shared object file')

    monkeypatch.setattr(importlib, 'import_module', refuse)
    versions = {'opencv-python': '4.12', 'opencv-python-headless': '4.12'}
    (finding,) = environment.check_opencv(versions)
    assert finding.status == 'fail'
    assert 'libGL' in finding.value
    assert finding.mend.endswith('opencv-python-headless==4.12')


def test_torch_that_does_not_load(monkeypatch):
    load = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == 'torch':
            raise ImportError('libcudart.so: no such file')
        return load(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', refuse)
    (finding,) = environment.check_device()
    assert (finding.status, finding.mend) == ('fail', 'make install')


def test_operators_of_another_torch(monkeypatch):
    def broken():
        raise ImportError('undefined symbol')

    monkeypatch.setattr('mevis.mmcv_fallback.uses_fallback', broken)
    (finding,) = environment.check_operators(on_gpu=True)
    assert finding.status == 'fail'
    assert 'make install-ops' in finding.mend


@pytest.mark.parametrize(('on_gpu', 'mend'), [(True, 'make install-ops'), (False, '')])
def test_compiling_is_offered_where_it_helps(on_gpu, mend, monkeypatch):
    monkeypatch.setattr('mevis.mmcv_fallback.uses_fallback', lambda: True)
    operators, mmdet = environment.check_operators(on_gpu)
    assert mend in operators.mend
    assert bool(operators.mend) == on_gpu
    assert mmdet.status == 'ok'


def test_full_disk_fails_and_little_memory_is_noted(monkeypatch):
    usage = namedtuple('usage', 'free')
    monkeypatch.setattr(shutil, 'disk_usage', lambda folder: usage(10**8))
    monkeypatch.setattr(environment, 'available_memory', lambda: 10**9)
    disk, memory = environment.check_space()
    assert (disk.status, memory.status) == ('fail', 'note')


def test_available_memory_is_a_sane_number():
    assert 10**7 < environment.available_memory() < 10**14


def test_this_environment_can_run_the_main_job():
    assert [finding for finding in environment.examine() if finding.status == 'fail'] == []
