"""Command lines: the parser of every tool, and the types of numbers that it converts by."""

import argparse
import math
import re
from dataclasses import dataclass
from typing import Any

from mevis.boundary.command_names import as_called
from mevis.errors import UserError

_WHOLE = re.compile(r'[+-]?[0-9]{1,19}')


class CommandParser(argparse.ArgumentParser):
    """The parser of a tool: its help keeps the lines of the description and tells each default.

    Args:
        formatter_class: Of the help.
        **options: Of :class:`argparse.ArgumentParser`.
    """

    def __init__(
        self, *, formatter_class: type[argparse.HelpFormatter] | None = None, **options: Any
    ) -> None:
        super().__init__(formatter_class=formatter_class or DefaultsFormatter, **options)

    def format_help(self) -> str:
        """The help, with the names of commands that its reader can type."""
        return as_called(super().format_help())


class DefaultsFormatter(argparse.RawDescriptionHelpFormatter):
    """Adds the default to the help of an option whose help does not speak of it.

    Text of several lines keeps them, and one of a single line is folded to the terminal.
    """

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if '\n' in text.strip():
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)

    def _get_help_string(self, action: argparse.Action) -> str:
        told = action.help or ''
        may_be_left_out = not action.required and action.default is not argparse.SUPPRESS
        if not may_be_left_out or 'default' in told:
            return told
        return f'{told} (default: {shown_default(action.default).replace("%", "%%")})'


def shown_default(value: Any) -> str:
    """A default as a user would type it."""
    if isinstance(value, bool):
        return 'on' if value else 'off'
    if value is None or value in ('', [], (), {}):
        return 'none'
    if isinstance(value, (list, tuple)):
        return ' '.join(map(str, value))
    return str(value)


@dataclass(frozen=True)
class Whole:
    """A whole number.

    Attributes:
        low: The smallest.
        high: The largest.
    """

    low: int = 0
    high: int = 1_000_000_000

    def __call__(self, text: str) -> int:
        """Reads one.

        Raises:
            argparse.ArgumentTypeError: If the text is no such number.
        """
        if _WHOLE.fullmatch(text.strip()):
            number = int(text)
            if self.low <= number <= self.high:
                return number
        raise argparse.ArgumentTypeError(
            f'{text[:40]!r} must be a whole number from {self.low} to {self.high}'
        )


@dataclass(frozen=True)
class Number:
    """A number that may have a fraction.

    Attributes:
        low: The smallest.
        high: The largest.
    """

    low: float = 0.0
    high: float = 1.0

    def __call__(self, text: str) -> float:
        """Reads one.

        Raises:
            argparse.ArgumentTypeError: If the text is no such number; NaN is none.
        """
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high:
            raise argparse.ArgumentTypeError(
                f'{text[:40]!r} must be a number from {self.low:g} to {self.high:g}'
            )
        return number


def height_and_width(text: str, option: str = '--size') -> tuple[int, int]:
    """Reads ``HxW``, pixels.

    Raises:
        UserError: If the text is no such size; names the option.
    """
    height, width = _two_sides(text, option, 'height x width, such as 360x640')
    return height, width


def width_and_height(text: str, option: str = '--size') -> tuple[int, int]:
    """Reads ``WIDTHxHEIGHT``, pixels, into (height, width).

    Raises:
        UserError: If the text is no such size; names the option.
    """
    width, height = _two_sides(text.lower(), option, 'width x height in pixels, such as 1920x1080')
    return height, width


def _two_sides(text: str, option: str, form: str) -> tuple[int, int]:
    sides = text.split('x')
    if len(sides) != 2 or not all(_WHOLE.fullmatch(side) for side in sides):
        raise UserError(f'{option} {text:.40}: must be {form}.')
    first, second = map(int, sides)
    if not all(SIDE.low <= side <= SIDE.high for side in (first, second)):
        raise UserError(f'{option} {text}: each side must be from {SIDE.low} to {SIDE.high}.')
    return first, second


COUNT = Whole(1)
FROM_0 = Whole(0)
WORKERS = Whole(0, 256)
SEED = Whole(0, 2**32 - 1)
SIDE = Whole(1, 16_384)
SHARE = Number(0, 1)
