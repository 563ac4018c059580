"""Overrides that address entries of lists, or append to one."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import ConfigDict

from mevis.errors import UserError


def list_entry(
    node: Sequence[Any], parts: Sequence[str], depth: int, overrides: Mapping[str, Any]
) -> Any:
    """The entry of a list that a key addresses; an empty section for one that it appends.

    Args:
        node: The list.
        parts: Of the key.
        depth: Which of them is the number.
        overrides: All overrides: several may append, and an appended section needs a ``type``.

    Raises:
        UserError: If there is no such entry.
    """
    key, place, part = '.'.join(parts), '.'.join(parts[:depth]), parts[depth]
    number = int(part) if part.isdigit() and len(part) < 10 else -1
    if 0 <= number < len(node):
        return node[number]
    one = f'{place}.{part}'
    is_next = 0 <= number == _first_free(len(node), number, place, overrides)
    if is_next and (key == one or f'{one}.type' in overrides):
        return {}
    span = f'a number from 0 to {len(node) - 1}' if node else 'nothing'
    raise UserError(
        f'--cfg-options {key}: {place} is a list of {len(node)} entries;'
        f' {part!r} must be {span}, or {len(node)} to append an entry'
        f' ({place}.{len(node)}=VALUE, or {place}.{len(node)}.type=CLASS and its arguments).'
    )


def _first_free(length: int, number: int, place: str, overrides: Mapping[str, Any]) -> int:
    """The place behind the list and behind what other overrides append before ``number``."""
    while length < number and any(
        key == f'{place}.{length}' or key.startswith(f'{place}.{length}.') for key in overrides
    ):
        length += 1
    return length


def set_in_lists(root: ConfigDict, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Sets and appends entries of lists, in place: the engine merges sections of lists alone.

    Args:
        root: The config.
        overrides: Checked by :func:`list_entry`.

    Returns:
        The overrides that are left for the engine.
    """
    return {key: value for key, value in overrides.items() if not _set(root, key, value)}


def _set(root: ConfigDict, key: str, value: Any) -> bool:
    """Whether the value is set; if not, there is a section for everything on its way."""
    node: Any = root
    *way, last = key.split('.')
    for part in way:
        if isinstance(node, list):
            _lengthen(node, int(part))
            node = node[int(part)]
            continue
        if part not in node:
            return False
        if isinstance(node[part], tuple):
            node[part] = list(node[part])
        node = node[part]
    if not isinstance(node, list):
        return False
    _lengthen(node, int(last))
    if isinstance(value, Mapping) and isinstance(node[int(last)], Mapping):
        return False
    node[int(last)] = value
    return True


def _lengthen(node: list[Any], number: int) -> None:
    node.extend(ConfigDict() for _ in range(number + 1 - len(node)))
