"""On a CPU every step takes the memory that the last one freed."""

import ctypes
import platform

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mevis.registry import HOOKS

# glibc's names (malloc.h) and what they are set to: pieces below 1 GiB are cut from memory that
# the process keeps, of which 2 GiB may lie idle.
_TRIM_THRESHOLD, _MOST_IDLE = -1, (1 << 31) - 1
_MMAP_THRESHOLD, _LARGEST_PIECE = -3, 1 << 30


@HOOKS.register_module()
class FreedMemoryHook(Hook):
    """Lets a training on a CPU keep the memory that its tensors free, under Linux with glibc.

    Otherwise every large tensor is made of pages that the kernel has to find and clear: measured,
    an eighth of a step of MUTR.  The process grows by a tenth.
    """

    def before_train(self, runner: Runner) -> None:
        """Sets the allocator where the model is on a CPU."""
        if all(weight.device.type == 'cpu' for weight in runner.model.parameters()):
            keep_freed_memory()


def keep_freed_memory() -> bool:
    """Sets the allocator of this process; whether it could be set."""
    if platform.system() != 'Linux' or platform.libc_ver()[0] != 'glibc':
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(_MMAP_THRESHOLD, _LARGEST_PIECE) and mallopt(_TRIM_THRESHOLD, _MOST_IDLE))
