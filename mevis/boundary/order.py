"""The order of frames whose names are all that is known of their time."""

import re
from collections.abc import Iterable
from fractions import Fraction

_DECIMAL = re.compile(r'([^0-9]*)([0-9]+)(?:\.([0-9]+))?')
_DIGITS = re.compile(r'([0-9]+)')


def in_time(names: Iterable[str]) -> list[str]:
    """Sorts names of frames: 10 comes after 9, and the time 0.25 before 0.5.

    Points are those of decimal numbers where all names are such numbers after one prefix, and none
    has a zero at its end that a number would not have: in 1.8, 1.9, 1.10 the point is a separator.

    Args:
        names: Without extension.
    """
    names = list(names)
    times = _decimals(names)
    if times is not None:
        return sorted(names, key=lambda name: (times[name], name))
    return sorted(names, key=lambda name: (_parts(name), name))


def _decimals(names: list[str]) -> dict[str, Fraction] | None:
    matches = [_DECIMAL.fullmatch(name) for name in names]
    if not all(matches) or len({match[1] for match in matches if match}) > 1:
        return None
    fractions = [match[3] or '' for match in matches if match]
    if len({*map(len, fractions)}) > 1 and any(
        len(digits) > 1 and digits.endswith('0') for digits in fractions
    ):
        return None
    return {
        match[0]: Fraction(int(match[2] + (match[3] or '')), 10 ** len(match[3] or ''))
        for match in matches
        if match
    }


def _parts(name: str) -> list[tuple[int, int, str]]:
    """Numbers by value: by length without leading zeros, then digit by digit."""
    return [
        (1, len(part.lstrip('0')), part.lstrip('0')) if part[0] in '0123456789' else (0, 0, part)
        for part in _DIGITS.split(name)
        if part
    ]
