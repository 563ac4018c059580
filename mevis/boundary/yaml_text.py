"""YAML from outside: values alone, never objects, and no more of them than are written."""

from collections.abc import Hashable, Mapping
from typing import Any

import yaml

from mevis.errors import UserError

MOST_VALUES = 100_000
"""A config has hundreds; anchors that refer to one another make billions of a few lines."""


class _Loader(getattr(yaml, 'CSafeLoader', yaml.SafeLoader)):
    """Reads plain values; a key that comes twice is a mistake, not the last of its values."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping, whose keys differ."""
        seen = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.tag != _MERGE:
                key = (key_node.tag, key_node.value)
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f'the key {key_node.value!r} comes twice', key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep)


_MERGE = 'tag:yaml.org,2002:merge'


def read_yaml(text: str, place: str) -> Any:
    """The values of a YAML document.

    Args:
        text: The document.
        place: Its file, for messages.

    Raises:
        UserError: If it is no YAML, wants to make an object (``!!python/...``), has a key twice, or
            is larger than ``MOST_VALUES`` when its anchors are written out.
    """
    try:
        data = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise UserError(f'{place}{_line(error)}: {_problem(error)}. Fix the file.') from error
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise UserError(f'{place}: no YAML that can be read ({error}). Fix the file.') from error
    if _num_values(data, {}, place) > MOST_VALUES:
        raise UserError(
            f'{place}: more than {MOST_VALUES} values when its anchors are written out. Write what'
            ' is needed.'
        )
    return data


def _num_values(node: Any, known: dict[int, int], place: str) -> int:
    """Values below a node, each as often as it is referred to."""
    if not isinstance(node, (Mapping, list, tuple, set)):
        return 1
    if id(node) not in known:
        known[id(node)] = -1
        parts = [*node.keys(), *node.values()] if isinstance(node, Mapping) else node
        known[id(node)] = 1 + sum(_num_values(part, known, place) for part in parts)
    if known[id(node)] < 0:
        raise UserError(f'{place}: an anchor refers to itself. Write what is needed.')
    return known[id(node)]


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, 'problem_mark', None)
    return f', line {mark.line + 1}' if mark is not None else ''


def _problem(error: yaml.YAMLError) -> str:
    problem = str(getattr(error, 'problem', None) or error)
    if 'python/' in problem:
        return f'{problem}: a config holds values alone, no Python'
    return ' '.join(problem.split())
