"""How a text names commands to somebody who has no checkout."""

import re
import sys

_TOOL = re.compile(r'(?:python\s+)?tools/(?:analysis/)?([a-z_]+)\.py')


def as_called(text: str) -> str:
    """A message or help, in which tools have the names of the command ``mevis`` if it is in use.

    ``Run tools/test.py again`` becomes ``Run mevis test again``: an installed mevis has no folder
    ``tools`` that its user knows.  Where a tool runs as a script, the text stays.

    Args:
        text: Names tools as the documentation does.
    """
    if not sys.argv[0].startswith('mevis '):  # what mevis/__main__.py sets
        return text
    return _TOOL.sub(lambda found: f'mevis {found[1].replace("_", "-")}', text)
