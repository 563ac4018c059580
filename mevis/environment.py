"""What is installed here and whether the main job can run with it.

Uses the standard library alone until a probe imports a package, so that it can still report when
half of the dependencies are missing.
"""

import importlib
import importlib.metadata
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Status = Literal['ok', 'note', 'fail']

# The two lines of OpenMMLab: names on the package index -> the folder that both of them own.
UPSTREAM_LINE = {
    'mmcv': 'mmcv',
    'mmcv-full': 'mmcv',
    'mmcv-lite': 'mmcv',
    'mmengine': 'mmengine',
    'mmengine-lite': 'mmengine',
    'mmdet': 'mmdet',
}
ONEDL_LINE = {'mmcv': 'onedl-mmcv', 'mmengine': 'onedl-mmengine', 'mmdet': 'onedl-mmdetection'}
OPENCV = ('opencv-python', 'opencv-python-headless')
OPENCV_CONTRIB = ('opencv-contrib-python', 'opencv-contrib-python-headless')
GIB = 1024**3


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        name: What was looked at.
        status: 'fail' if the main job cannot run with it, 'note' if the user should know.
        value: What was found.
        mend: How to fix it; empty where there is nothing to fix.
    """

    name: str
    status: Status
    value: str
    mend: str = ''


def installed_versions() -> dict[str, str]:
    """Versions of all installed distributions, by normalised name."""
    return {
        _normalised(dist.metadata['Name']): dist.version
        for dist in importlib.metadata.distributions()
        if dist.metadata['Name']
    }


def _normalised(name: str) -> str:
    return re.sub(r'[-_.]+', '-', name).lower()


def check_requirements(requirements: Iterable[str], versions: Mapping[str, str]) -> list[Finding]:
    """Compares the package's own requirements with what is installed.

    Args:
        requirements: Requirement lines, those of extras with their ``extra == "..."`` marker.
        versions: As :func:`installed_versions` gives.
    """
    from packaging.requirements import Requirement

    findings = []
    missing: dict[str, list[str]] = {}
    for line in requirements:
        need = Requirement(line)
        found = versions.get(_normalised(need.name))
        extra = re.search(r'extra == [\'"]([^\'"]+)', str(need.marker or ''))
        if extra:
            if found is None:
                missing.setdefault(extra[1], []).append(need.name)
            continue
        if found is None:
            mend = f"pip install '{need.name}{need.specifier}'"
            findings.append(Finding(need.name, 'fail', f'missing; needs {line}', mend))
        elif not need.specifier.contains(found, prereleases=True):
            mend = f"pip install '{need.name}{need.specifier}'"
            findings.append(Finding(need.name, 'fail', f'{found}; needs {need.specifier}', mend))
        else:
            findings.append(Finding(need.name, 'ok', found))
    for name, packages in missing.items():
        mend = f"optional: pip install -e '.[{name}]'"
        findings.append(Finding(f'extra {name}', 'note', f'missing: {", ".join(packages)}', mend))
    return findings


def check_openmmlab_lines(versions: Mapping[str, str]) -> list[Finding]:
    """Finds the upstream packages of OpenMMLab beside, or in place of, the onedl ones."""
    findings = []
    for upstream, folder in UPSTREAM_LINE.items():
        if upstream not in versions:
            continue
        ours = ONEDL_LINE[folder]
        mend = (
            f'pip uninstall -y {upstream} {ours} && pip install --force-reinstall --no-deps {ours}'
        )
        if ours in versions:
            value = f'{upstream} and {ours} are both installed and own the same folder {folder}/'
        else:
            value = f'{upstream} {versions[upstream]} stands where {ours} is expected'
        findings.append(Finding('OpenMMLab', 'fail', value, mend))
    return findings


def check_opencv(versions: Mapping[str, str]) -> list[Finding]:
    """Whether ``cv2`` imports, and which distributions wrote it."""
    present = [name for name in (*OPENCV, *OPENCV_CONTRIB) if name in versions]
    described = ', '.join(f'{name} {versions[name]}' for name in present) or 'not installed'
    headless = 'pip install --force-reinstall --no-deps opencv-python-headless'
    try:
        importlib.import_module('cv2')
    except ImportError as error:
        pinned = versions.get('opencv-python-headless') or versions.get('opencv-python')
        mend = f'{headless}=={pinned}' if pinned else headless
        return [Finding('cv2', 'fail', f'{described}; import fails: {error}', mend)]
    if len({versions[name] for name in present}) > 1:
        mend = f'pip uninstall -y {" ".join(present)} && {headless}'
        return [Finding('cv2', 'note', f'{described} share one folder and differ', mend)]
    if len(present) > 1:
        return [Finding('cv2', 'ok', f'{described} (one folder, same version: harmless)')]
    return [Finding('cv2', 'ok', described)]


def check_device() -> list[Finding]:
    """What torch can compute on."""
    try:
        import torch
    except ImportError as error:
        return [Finding('torch', 'fail', f'import fails: {error}', 'make install')]
    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
        value = f'CUDA {torch.version.cuda}: {", ".join(names)}'
    elif torch.backends.mps.is_available():
        value = 'Apple GPU (mps)'
    else:
        value = f'CPU, {torch.get_num_threads()} threads'
    return [Finding('device', 'ok', value)]


def check_operators(on_gpu: bool) -> list[Finding]:
    """Whether mmcv's compiled operators or the fallback are in use, and whether mmdet imports.

    Args:
        on_gpu: Whether the operators would run on a GPU; there the compiled ones are faster.
    """
    from mevis.mmcv_fallback import uses_fallback

    compile_them = 'optional, faster on a GPU: make install-ops' if on_gpu else ''
    try:
        fallback = uses_fallback()
    except Exception as error:  # a compiled extension of another torch fails in many ways
        mend = 'make install-ops, or pip install --force-reinstall --no-deps onedl-mmcv'
        return [Finding('mmcv operators', 'fail', f'cannot be loaded: {error}', mend)]
    findings = [
        Finding('mmcv operators', 'note', 'fallback in plain PyTorch', compile_them)
        if fallback
        else Finding('mmcv operators', 'ok', 'compiled')
    ]
    try:
        importlib.import_module('mmdet.models')
        findings.append(Finding('mmdet.models', 'ok', 'imports'))
    except Exception as error:  # whatever it is, the main job dies of it too
        value = f'import fails: {type(error).__name__}: {error}'
        findings.append(Finding('mmdet.models', 'fail', value, 'make install'))
    return findings


def check_space(folder: str | Path = '.') -> list[Finding]:
    """Free disk and memory, against what `make demo` needs."""
    free = shutil.disk_usage(folder).free / GIB
    memory = available_memory() / GIB
    return [
        Finding('disk', 'fail', f'{free:.1f} GiB free', 'free at least 0.5 GiB')
        if free < 0.5
        else Finding('disk', 'ok', f'{free:.1f} GiB free'),
        Finding('memory', 'note', f'{memory:.1f} GiB available', 'the demo wants about 2 GiB')
        if memory < 2
        else Finding('memory', 'ok', f'{memory:.1f} GiB available'),
    ]


def available_memory() -> int:
    """Bytes that may still be used: of the machine, or of the control group if that is less."""
    amounts = []
    meminfo = Path('/proc/meminfo')
    if meminfo.exists():
        match = re.search(r'MemAvailable:\s+(\d+) kB', meminfo.read_text())
        if match:
            amounts.append(int(match[1]) * 1024)
    limit, used = Path('/sys/fs/cgroup/memory.max'), Path('/sys/fs/cgroup/memory.current')
    if limit.exists() and used.exists() and limit.read_text().strip() != 'max':
        amounts.append(max(0, int(limit.read_text()) - int(used.read_text())))
    if not amounts:
        amounts.append(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES'))
    return min(amounts)


def examine() -> list[Finding]:
    """Everything above, in the order of the report."""
    versions = installed_versions()
    python_ok = sys.version_info >= (3, 10)
    findings = [
        Finding(
            'python',
            'ok' if python_ok else 'fail',
            f'{platform.python_version()} on {platform.platform(terse=True)}',
            '' if python_ok else 'make install PYTHON=python3.11, or any from 3.10 on',
        )
    ]
    try:
        requirements = importlib.metadata.requires('mevis') or []
        findings += check_requirements(requirements, versions)
    except importlib.metadata.PackageNotFoundError:
        findings.append(Finding('mevis', 'fail', 'not installed in this Python', 'make install'))
    except ImportError as error:
        findings.append(Finding('packaging', 'fail', str(error), 'make install'))
    findings += check_openmmlab_lines(versions) + check_opencv(versions)
    device = check_device()
    findings += device
    if device[0].status == 'ok':
        findings += check_operators(on_gpu=not device[0].value.startswith('CPU'))
    return findings + check_space()
