"""torchrun, which leaves it to the ranks to say what is wrong: for tools/dist_train.sh and others.

python -m mevis.apis.running.launcher --nproc-per-node 2 tools/train.py CONFIG --launcher pytorch
"""

import logging
import os
import sys

from mevis.apis.ranks import forget_who_spoke


def main(arguments: list[str]) -> int:
    """Runs torchrun; returns the exit status of the rank that ended first with an error."""
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.run import main as torchrun

    # Its tables of failed ranks, and warnings about signals.
    logging.getLogger('torch.distributed').setLevel(logging.CRITICAL)
    try:
        torchrun(arguments)
    except ChildFailedError as error:
        code = error.get_first_failure()[1].exitcode
        return code if code > 0 else 128 - code
    except SignalException as error:
        return 128 + error.sigval
    except KeyboardInterrupt:
        return 130
    finally:
        forget_who_spoke(os.getpid())
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
