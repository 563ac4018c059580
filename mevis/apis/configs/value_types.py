"""Values of a config against the types that constructors declare for them."""

import inspect
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from mevis.apis.configs.constructor_arguments import constructors_of, receiver_of

_PLAIN = (bool, int, float, str, type(None))
_LISTS = (list, tuple, set, frozenset)
_WORDS = {
    'int': 'a whole number',
    'float': 'a number',
    'str': 'text',
    'bool': 'True or False',
    'array': 'a list',
    'object': 'a section',
    'null': 'None',
}


def wrong_type(node: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """Entries of a section that are of another type than the code declares that receives them.

    Args:
        node: The section.
        place: Its key; empty for the config itself.

    Yields:
        Key, and what it must be.
    """
    hints = _hints_of(node, place)
    for key, value in node.items():
        declared = _checkable(hints.get(key, Any))
        if declared is Any:
            continue
        try:
            msgspec.convert(_plain(value), declared)
        except msgspec.ValidationError as error:
            yield key, _allowed(str(error))
        except UnicodeError:  # half a character: bytes of a command line that are no text
            yield key, 'text in UTF-8'
        except (TypeError, RecursionError):  # a type that msgspec does not know
            continue


def _hints_of(node: Mapping[str, Any], place: str) -> dict[str, Any]:
    name = node.get('type')
    if isinstance(name, str):
        targets = constructors_of(name)
    else:
        receiver = None if name is not None else receiver_of(place)
        targets = [receiver] if receiver is not None else []
    hints: dict[str, Any] = {}
    for target in targets:
        for key, hint in _hints(target).items():
            hints.setdefault(key, hint)
    return hints


def _hints(function: Callable) -> dict[str, Any]:
    try:
        named = inspect.signature(function).parameters
        hints = get_type_hints(function)
    except Exception:  # names that exist for a type checker only
        return {}
    # A switch is one whether its type is declared or not.
    switches = {
        key: bool for key, parameter in named.items() if isinstance(parameter.default, bool)
    }
    # A default says what else is taken: many declare `int` and mean `int | None`.
    return switches | {
        key: Union[hints[key], type(parameter.default)]  # noqa: UP007 - of values
        if parameter.default is None
        else hints[key]
        for key, parameter in named.items()
        if key in hints
    }


def _checkable(hint: Any) -> Any:
    """The part of a declared type that a config can say; Any where that is not known."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return hint
    if origin in (Union, types.UnionType):
        parts = [_checkable(part) for part in arguments]
        known = [
            part for part, given in zip(parts, arguments, strict=True) if _is_of_configs(given)
        ]
        return Any if Any in known or not known else Union[tuple(known)]  # noqa: UP007
    if origin is Literal:
        return hint
    if isinstance(origin, type) and issubclass(origin, (Mapping, dict)):
        return dict
    if origin in (Sequence, Collection, Iterable) and arguments:
        return list[arguments[0]] if _checkable(arguments[0]) is not Any else Any
    if isinstance(origin, type) and issubclass(origin, (list, tuple, set)) and arguments:
        if not all(_checkable(part) is not Any for part in arguments if part is not Ellipsis):
            return Any
        return hint
    return Any


def _is_of_configs(hint: Any) -> bool:
    """False for what only Python can pass, such as a tensor or a module."""
    return hint is Any or not (
        isinstance(hint, type)
        and hint not in (*_PLAIN, dict, list, tuple, set, object)
        and not issubclass(hint, (dict, list, tuple, set))
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, _LISTS) else value


def _allowed(message: str) -> str:
    """``Expected `int | null`, got `str` `` in words."""
    expected = message.partition('xpected `')[2].partition('`')[0]
    if not expected:
        return f'something else ({message[:1].lower()}{message[1:]})'
    return ' or '.join(_WORDS.get(word, word) for word in expected.split(' | '))
