"""Lets mmdet run where mmcv was installed without compiled operators.

``mmcv.ops`` imports ``mmcv._ext`` and asserts each operator by ``hasattr`` when it is imported.  A
finder *appended* to ``sys.meta_path`` is asked only after every other one has failed, so a compiled
``mmcv._ext`` always wins.  The stand-in computes deformable attention in plain PyTorch; every other
operator raises an error that names it.
"""

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any

_EXTENSION = 'mmcv._ext'
_MEND = 'run `make install-ops`, which compiles the operators for the installed torch'


class MissingOperatorError(RuntimeError):
    """A compiled mmcv operator was called that this installation does not have."""


class _FallbackExtension(ModuleType):
    """Stands in for ``mmcv._ext``; imports torch only when an operator is called."""

    is_mevis_fallback = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        if name in ('ms_deform_attn_forward', 'ms_deform_attn_backward'):
            from mevis import deformable_attention_fallback as fallback

            return getattr(fallback, name)

        def missing(*args: Any, **kwargs: Any) -> None:
            raise MissingOperatorError(
                f"mmcv's compiled operator '{name}' is not installed; {_MEND}."
            )

        missing.__name__ = name
        return missing


class _FallbackFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname != _EXTENSION:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin='mevis.mmcv_fallback')

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _FallbackExtension(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the operators are looked up when they are used."""


def install_mmcv_fallback() -> None:
    """Appends the finder to ``sys.meta_path``, once."""
    if not any(isinstance(finder, _FallbackFinder) for finder in sys.meta_path):
        sys.meta_path.append(_FallbackFinder())


def uses_fallback() -> bool:
    """Whether mmcv's operators come from this module (imports ``mmcv``)."""
    import importlib

    return bool(getattr(importlib.import_module(_EXTENSION), 'is_mevis_fallback', False))
