"""From the order in which letters are read to the order in which they stand, left to right."""

import logging
import unicodedata
from functools import cache

from mmengine.logging import print_log

_RIGHT_TO_LEFT = ('R', 'AL')


def visual_order(text: str) -> str:
    """The letters of a line as they stand from left to right, joined where their script joins them.

    Only text with letters of Arabic, Hebrew and other scripts from right to left is changed, by the
    packages ``arabic-reshaper`` and ``python-bidi`` (``pip install 'mevis[fonts]'``).  Vowel marks
    of Arabic are left out.

    Args:
        text: A line, in the order in which it is read.
    """
    if not any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text):
        return text
    try:
        from arabic_reshaper import reshape
        from bidi.algorithm import get_display  # that of `bidi` itself does not mirror brackets
    except ImportError:
        _say_what_is_missing()
        return text
    return get_display(reshape(text))


@cache
def _say_what_is_missing() -> None:
    print_log(
        'captions: letters that are read from right to left are drawn from left to right and not'
        " joined. Install what orders them: pip install 'mevis[fonts]'.",
        'current',
        logging.WARNING,
    )
