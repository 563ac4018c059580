"""Compiles mmcv's operators for the installed torch; optional, and worth it on a GPU only.

mmcv's own setup asks for C++17, which the headers of torch 2.12 and later refuse: the source is
fetched, its setup changed to C++20 and the wheel built against the torch of this environment
(about ten minutes on two cores).  The wheel is kept in the user's cache folder, so that another
environment with the same versions installs it in seconds.
"""

import argparse
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mevis.boundary.arguments import CommandParser

CXX20_SINCE = (2, 12)
# setuptools 81 dropped pkg_resources, which extension builds of torch's neighbours still import.
BUILD_TOOLS = ['setuptools>=80,<81', 'wheel', 'packaging>=24.2', 'ninja']


class MissingToolError(Exception):
    """Something that the build needs is not on this machine; the message says what."""


@dataclass(frozen=True)
class Target:
    """What the operators are compiled for; the cache is keyed by it."""

    mmcv: str
    torch: str
    accelerator: str

    @property
    def key(self) -> str:
        """Name of the folder in the cache."""
        python = f'cp{sys.version_info.major}{sys.version_info.minor}'
        return f'mmcv{self.mmcv}-torch{self.torch}-{self.accelerator}-{python}-{platform.machine()}'

    @property
    def needs_cxx20(self) -> bool:
        """Whether the headers of this torch refuse C++17."""
        major, minor = re.match(r'(\d+)\.(\d+)', self.torch).groups()
        return (int(major), int(minor)) >= CXX20_SINCE


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(description=__doc__)
    parser.add_argument('--dry-run', action='store_true', help='print what would be run')
    parser.add_argument('--rebuild', action='store_true', help='compile even if the wheel exists')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='parallel compilations')
    return parser.parse_args()


def cache_folder(key: str) -> Path:
    """Folder of the wheel: ``$XDG_CACHE_HOME/mevis/operators/KEY``."""
    root = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(root) / 'mevis' / 'operators' / key


def find_target() -> Target:
    """Reads the versions of this environment.

    Raises:
        MissingToolError: If torch or mmcv is not installed.
    """
    try:
        mmcv = version('onedl-mmcv')
        import torch
    except (PackageNotFoundError, ImportError) as error:
        raise MissingToolError(f'{error}; run `make install` first') from None
    on_gpu = torch.cuda.is_available() or os.environ.get('FORCE_CUDA') == '1'
    accelerator = f'cuda{torch.version.cuda}' if on_gpu else 'cpu'
    return Target(mmcv, torch.__version__, accelerator)


def check_compilers(target: Target) -> None:
    """Fails before anything is fetched if a compiler is missing or does not fit.

    Raises:
        MissingToolError: Naming the compiler and the fix.
    """
    compiler = os.environ.get('CXX', 'c++').split()[0]
    if shutil.which(compiler) is None:
        raise MissingToolError(f'no C++ compiler ({compiler}): install g++ 11 or later, or set CXX')
    if target.accelerator == 'cpu':
        return
    from torch.utils.cpp_extension import CUDA_HOME

    nvcc = Path(CUDA_HOME or '', 'bin', 'nvcc')
    if CUDA_HOME is None or not nvcc.exists():
        wanted = target.accelerator.removeprefix('cuda')
        raise MissingToolError(f'no nvcc: install the CUDA toolkit {wanted} and set CUDA_HOME')
    printed = subprocess.run([nvcc, '--version'], capture_output=True, text=True, check=True)
    found = re.search(r'release (\d+)\.(\d+)', printed.stdout)
    wanted = target.accelerator.removeprefix('cuda').split('.')[0]
    if found and found[1] != wanted:
        raise MissingToolError(
            f'{nvcc} is of CUDA {found[1]}, torch is built for CUDA {wanted}:'
            f' set CUDA_HOME to a CUDA {wanted} toolkit'
        )


def use_cxx20(setup_file: Path) -> None:
    """Lets mmcv's setup ask for C++20.

    Raises:
        MissingToolError: If the setup is not the one this was written for.
    """
    text = setup_file.read_text(encoding='utf-8')
    if '-std=c++17' not in text:
        raise MissingToolError(f'{setup_file} does not set C++17: this mmcv needs no such patch')
    setup_file.write_text(text.replace('-std=c++17', '-std=c++20'), encoding='utf-8')


class Commands:
    """Runs commands, or prints them."""

    def __init__(self, dry_run: bool) -> None:
        self.dry_run = dry_run

    def run(self, command: list[str], variables: dict[str, str] | None = None) -> None:
        """Runs one command with additional environment variables.

        Raises:
            subprocess.CalledProcessError: If it fails.
        """
        path = os.environ.get('PATH', '')
        assignments = [
            f'{name}={value.replace(path, "$PATH") if name == "PATH" else shlex.quote(value)}'
            for name, value in (variables or {}).items()
        ]
        print('$', *assignments, shlex.join(command), flush=True)
        if not self.dry_run:
            subprocess.run(command, check=True, env={**os.environ, **(variables or {})})


def build_wheel(target: Target, folder: Path, jobs: int, commands: Commands) -> None:
    """Compiles the operators and leaves the wheel in ``folder``."""
    pip = [sys.executable, '-m', 'pip']
    with tempfile.TemporaryDirectory(prefix='mevis-operators-') as name:
        scratch = Path(name)
        tools, source = scratch / 'tools', scratch / 'source'
        # On PYTHONPATH rather than in the environment: nothing installed is changed by the build.
        commands.run([*pip, 'install', '--quiet', '--target', str(tools), *BUILD_TOOLS])
        variables = {
            'PYTHONPATH': str(tools),
            'PATH': f'{tools / "bin"}{os.pathsep}{os.environ.get("PATH", "")}',
        }
        fetch = ['download', '--no-deps', '--no-build-isolation', '--no-binary', 'onedl-mmcv']
        commands.run([*pip, *fetch, '--dest', str(source), f'onedl-mmcv=={target.mmcv}'], variables)
        tree = source / f'onedl_mmcv-{target.mmcv}'
        if not commands.dry_run:
            with tarfile.open(next(source.glob('*.tar.gz'))) as archive:
                archive.extractall(source, filter='data')
            if target.needs_cxx20:
                use_cxx20(tree / 'setup.py')
        elif target.needs_cxx20:
            print(f'# {tree}/setup.py: -std=c++17 becomes -std=c++20')
        # Neither read from nor written to pip's own cache, which holds mmcv without operators.
        wheel = ['wheel', '--verbose', '--no-deps', '--no-build-isolation', '--no-cache-dir']
        built = scratch / 'wheel'
        commands.run(
            [*pip, *wheel, '--wheel-dir', str(built), str(tree)],
            {**variables, 'MAX_JOBS': str(jobs)},
        )
        if not commands.dry_run:
            folder.mkdir(parents=True, exist_ok=True)
            for path in built.glob('*.whl'):
                shutil.copyfile(path, folder / f'{path.name}.part')
                os.replace(folder / f'{path.name}.part', folder / path.name)


def install(args: argparse.Namespace) -> None:
    """Builds if needed, installs, and tries an operator."""
    target = find_target()
    folder = cache_folder(target.key)
    commands = Commands(args.dry_run)
    wheels = sorted(folder.glob('*.whl'))
    if args.rebuild or not wheels:
        check_compilers(target)
        build_wheel(target, folder, args.jobs, commands)
        wheels = sorted(folder.glob('*.whl'))
    wheel = str(wheels[0]) if wheels else str(folder / '*.whl')
    pip = [sys.executable, '-m', 'pip']
    commands.run([*pip, 'install', '--no-deps', '--force-reinstall', '--no-index', wheel])
    commands.run([sys.executable, '-c', 'import torch, mmcv._ext; print(mmcv._ext.__file__)'])


def main() -> int:
    """Runs the command."""
    args = parse_args()
    try:
        install(args)
    except MissingToolError as error:
        print(error, file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print(f'failed with status {error.returncode}: see above', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
