"""How every command of the framework ends."""

import logging
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import NoReturn

from mevis.apis.explanation import explain, is_defect_to_raise, one_line
from mevis.apis.interruption import Interruption
from mevis.apis.ranks import end_rank, is_first_to_speak
from mevis.boundary.command_names import as_called

BAD_INPUT = 2
DEFECT = 70
BROKEN_PIPE = 141


def run(main: Callable[[], int | None], resume_by: str = '') -> NoReturn:
    """Runs a command and ends the process; whatever goes wrong is one line without a traceback.

    Exit status: what ``main`` returns (None: 0), 2 for bad input, 70 for a defect of the program,
    130 when interrupted (143, 129: by SIGTERM, SIGHUP).  ``--debug`` on the command line, or
    ``MEVIS_TRACEBACK=1``, shows where an error came from.

    Args:
        main: The command; it parses its own arguments.
        resume_by: How a user resumes after an interruption.
    """
    debug = bool(os.environ.get('MEVIS_TRACEBACK')) or '--debug' in sys.argv[1:]
    sys.argv[1:] = [argument for argument in sys.argv[1:] if argument != '--debug']
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, 'reconfigure'):  # a terminal that is not UTF-8, names that are not
            stream.reconfigure(errors='backslashreplace')
    find_cache_folder()
    logging.raiseExceptions = debug  # a log on a full disk is no reason for tracebacks
    is_main = threading.current_thread() is threading.main_thread()
    interruption = Interruption() if is_main else None
    try:
        status = main() or 0
        sys.stdout.flush()
        end_rank(status)
    except BrokenPipeError:
        # The reader has seen enough; Python would complain when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = BROKEN_PIPE
    except KeyboardInterrupt:
        status = _interrupted(interruption, resume_by)
    except Exception as error:
        if interruption is not None and interruption.signal and not debug:
            # Workers that end with the command make it raise other things.
            status = _interrupted(interruption, resume_by)
        else:
            status = _failed(error, debug)
    sys.exit(status)


def _interrupted(interruption: Interruption | None, resume_by: str) -> int:
    _end_quietly()
    if is_first_to_speak():
        print(f'interrupted{resume_by and f"; {resume_by}"}', file=sys.stderr)
    return 130 if interruption is None else interruption.status


def _failed(error: Exception, debug: bool) -> int:
    """Says what is wrong; raises it where the place in the code is asked for."""
    message = explain(error)
    if debug or (message is None and is_defect_to_raise()):
        raise error
    _end_quietly()
    status = DEFECT if message is None else BAD_INPUT
    if not is_first_to_speak():
        return status
    if message is not None:
        print(f'error: {as_called(one_line(message))}', file=sys.stderr)
        return status
    said = one_line(f'{type(error).__name__}: {error}')[:500]
    print(f'error: {said} (this is a fault of mevis; --debug shows where)', file=sys.stderr)
    return status


def _end_quietly() -> None:
    """What a library stumbles over while a command ends is no news: a loader half built."""
    if not is_defect_to_raise():
        sys.unraisablehook = lambda unraisable: None


def find_cache_folder() -> None:
    """Without a home folder, as users of containers have none, caches go where files may be."""
    if os.environ.get('XDG_CACHE_HOME') or os.path.isabs(os.path.expanduser('~')):
        return
    folder = os.path.join(tempfile.gettempdir(), f'mevis-cache-{os.getuid()}')
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        about = os.lstat(folder)
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
            folder = tempfile.mkdtemp(prefix='mevis-cache-')  # somebody else's
    except OSError:
        return
    os.environ['XDG_CACHE_HOME'] = folder
