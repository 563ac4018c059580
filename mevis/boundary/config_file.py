"""Reading a config file: values alone where it is YAML or JSON, ``mevis::`` in its bases."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from mmengine.config import Config
from mmengine.fileio.handlers import JsonHandler, YamlHandler
from mmengine.fileio.handlers.registry_utils import file_handlers

from mevis.boundary.json_file import parse_json
from mevis.boundary.shipped import shipped_path
from mevis.boundary.type_names import check_type_names
from mevis.boundary.yaml_text import read_yaml
from mevis.errors import UserError


def read_config(path: str | Path) -> Config:
    """Reads a config file with its bases.

    Args:
        path: A config file; ``mevis::NAME.py`` is one that comes with mevis, here and in
            ``_base_``.

    Raises:
        UserError: If the file cannot be read as a config (the message names the file and line).
    """
    path = shipped_path(path) or Path(path)
    if not path.is_file():
        raise UserError(
            f'{path}: no such config. Those of the framework are in'
            ' configs/ of a checkout; `mevis ls` lists them, mevis::NAME.py names one.'
        )
    if path.suffix not in ('.py', '.json', '.yaml', '.yml'):
        raise UserError(f'{path}: not a config (.py, .json or .yaml). Config comes first.')
    try:
        with _values_alone(), _shipped_bases():
            return Config.fromfile(str(path))
    except Exception as error:
        raise UserError(_config_error(path, error)) from error


@contextmanager
def _shipped_bases() -> Iterator[None]:
    """``_base_ = 'mevis::…'``: mmengine knows this form for a fixed list of packages only."""
    before = Config.__dict__['_get_cfg_path']

    def find(cfg_path: str, filename: str) -> tuple[str, str | None]:
        shipped = shipped_path(cfg_path)
        return before.__func__(cfg_path, filename) if shipped is None else (str(shipped), None)

    Config._get_cfg_path = staticmethod(find)
    try:
        yield
    finally:
        Config._get_cfg_path = before


@contextmanager
def _values_alone() -> Iterator[None]:
    """Configs and bases in YAML and JSON hold values: mmengine would make any object of Python."""
    before = dict(file_handlers)
    file_handlers.update(yaml=_YamlValues(), yml=_YamlValues(), json=_JsonValues())
    try:
        yield
    finally:
        file_handlers.clear()
        file_handlers.update(before)


class _YamlValues(YamlHandler):
    def load_from_fileobj(self, file: TextIO, **kwargs: Any) -> dict[str, Any]:
        return _mapping(read_yaml(file.read(), 'YAML'))


class _JsonValues(JsonHandler):
    def load_from_fileobj(self, file: TextIO) -> dict[str, Any]:
        return _mapping(parse_json(file.read().encode(), 'JSON', 'Fix the file.'))


def _mapping(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise UserError('the file is empty or a list; a config is a mapping of keys to values.')
    check_type_names(data)
    return data


def _config_error(path: Path, error: Exception) -> str:
    if isinstance(error, UserError):
        return f'{path} or a base of it: {error}'
    if isinstance(error, SyntaxError):
        return f'{path}, line {error.lineno}: {error.msg}. Fix the config.'
    if isinstance(error, FileNotFoundError):
        missing = error.filename or str(error)
        return f'{path}: its _base_ {missing} does not exist. Fix the path in _base_.'
    if isinstance(error, ImportError):
        return (
            f'{path}: custom_imports: {_first_cause(error)}.'
            ' Put the folder that holds the module on PYTHONPATH, or install it.'
        )
    # Configs are executed as text, so the innermost frame without a file is the config's.
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith('<')
        or Path(frame.filename).suffix == '.py'
        and Path(frame.filename).resolve() == path.resolve()
    ]
    line = f', line {frames[-1].lineno}' if frames else ''
    return f'{path}{line}: {type(error).__name__}: {error}. Fix the config or its bases.'


def _first_cause(error: BaseException) -> BaseException:
    """The error that the others were raised about."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
