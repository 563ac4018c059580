"""Which classes a config of values may name: registered ones, never any object of Python.

MMEngine looks up what no registry holds as the path of a Python object, so that
``type: subprocess.Popen`` would start a program.
"""

import re
from collections.abc import Mapping
from typing import Any

from mevis.errors import UserError

_KEYS = ('type', 'constructor')
# Modules of these packages that begin with a capital are classes; functions that remove or write
# files, such as mmengine.rmtree, do not.
_REGISTERED = re.compile(r'((mevis|mmengine|mmdet|mmcv)\.[A-Z]\w*|[^.]*)', re.ASCII)


def check_type_names(data: Any, key: str = '') -> None:
    """Refuses a config of values that names an object of Python by its path.

    Args:
        data: The config, or a part of it.
        key: Dotted, of the part, for messages.

    Raises:
        UserError: Names the key.
    """
    if isinstance(data, Mapping):
        for name, value in data.items():
            inner = f'{key}.{name}' if key else str(name)
            if name in _KEYS and isinstance(value, str) and not _REGISTERED.fullmatch(value):
                raise UserError(
                    f'{inner}={value!r:.80}: must be the name of a registered class; a path of'
                    ' Python is allowed in configs in Python alone. List the module that registers'
                    ' yours in `custom_imports`.'
                )
            check_type_names(value, inner)
    elif isinstance(data, (list, tuple)):
        for index, value in enumerate(data):
            check_type_names(value, f'{key}.{index}')
