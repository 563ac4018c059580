"""Work on several processes: bounded, in order, and errors come through."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from mevis.errors import UserError
from mevis.structures.parent_watch import end_with_parent

MOST_WORKERS = 256
Job = TypeVar('Job')
Result = TypeVar('Result')


def map_in_processes(
    function: Callable[[Job], Result], jobs: Iterable[Job], num_workers: int
) -> Iterator[Result]:
    """Yields ``function(job)`` for each job, in the order of the jobs.

    At most ``num_workers`` processes run and at most twice as many results wait, so memory is
    bounded whatever the number of jobs.  The first error ends all, and so does an interruption:
    workers neither finish what is nobody's any more nor outlive this process.

    Args:
        function: Of a module, so that processes can find it.
        jobs: What it is called with.
        num_workers: Processes, no more than there are jobs; 1 or fewer: in this process.

    Raises:
        UserError: If a process is killed, for memory as a rule, or too many are wanted.
        Exception: Whatever a job raises.
    """
    num_workers = min(num_workers, len(jobs) if isinstance(jobs, Sized) else num_workers)
    if num_workers <= 1:
        yield from map(function, jobs)
        return
    if num_workers > MOST_WORKERS:
        raise UserError(f'--workers {num_workers}: {MOST_WORKERS} at most.')
    yield from _in_a_pool(function, jobs, num_workers)


def _in_a_pool(
    function: Callable[[Job], Result], jobs: Iterable[Job], num_workers: int
) -> Iterator[Result]:
    parent = (os.getpid(),)
    with ProcessPoolExecutor(num_workers, initializer=end_with_parent, initargs=parent) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for job in jobs:
                waiting.append(pool.submit(function, job))
                if len(waiting) >= 2 * num_workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise UserError(
                'a worker process was killed, for want of memory as a rule. Use fewer --workers.'
            ) from error
        except BaseException:
            for worker in list((pool._processes or {}).values()):
                worker.terminate()
            raise
        finally:
            for future in waiting:
                future.cancel()
