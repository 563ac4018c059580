"""Text from outside on a terminal: it is shown as it is, and neither obeyed nor interpreted.

A sentence, a tag, a name may hold square brackets, which rich reads as styles, or sequences that
move the cursor, change a title or answer a question of the terminal.
"""

_KEPT = '\u200c\u200d'
"""Joiners of letters, which are no control characters to a terminal."""


def plain(text: object) -> str:
    r"""A text on one line in which control characters are written as codes (``\x1b``)."""
    letters = (c if c.isprintable() or c in _KEPT else _code(c) for c in str(text))
    return ''.join(letters)


def literal(text: object) -> str:
    """:func:`plain` text that rich prints as it stands."""
    from rich.markup import escape

    return escape(plain(text))


def _code(letter: str) -> str:
    return ' ' if letter in '\n\t\r' else letter.encode('unicode_escape').decode('ascii')
