"""The configs, tools and small weights that come with mevis, in a checkout or in the package."""

from pathlib import Path

from mevis.errors import UserError

PREFIX = 'mevis::'
_PACKAGE = Path(__file__).resolve().parents[1]


def shipped_root() -> Path:
    """The folder that holds ``configs``, ``tools`` and ``weights``.

    That is the checkout where there is one; setup.py copies the folders to ``mevis/.mim``, the
    place that OpenMMLab's packages use.
    """
    installed = _PACKAGE / '.mim'
    return installed if installed.is_dir() else _PACKAGE.parent


def shipped_path(name: str | Path) -> Path | None:
    """What ``mevis::NAME`` names: a config below ``configs``, or a path below the root.

    Args:
        name: Such as ``mevis::mutr_tiny_moving_shapes.py`` or
            ``mevis::weights/mutr_tiny_moving_shapes.safetensors``.

    Returns:
        The file, which exists; None for a name without the prefix.

    Raises:
        UserError: If nothing of that name comes with mevis.
    """
    text = str(name)
    if not text.startswith(PREFIX):
        return None
    root, inner = shipped_root(), text.removeprefix(PREFIX)
    for path in (root / 'configs' / inner, root / inner):
        if path.exists() and path.resolve().is_relative_to(root):
            return path
    raise UserError(f'{text}: nothing of this name comes with mevis. `mevis ls` lists what does.')
