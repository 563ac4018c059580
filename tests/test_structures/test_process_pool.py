import operator
import os

import pytest

from mevis.boundary.run_lengths import rle_num_pixels
from mevis.errors import UserError
from mevis.structures.process_pool import map_in_processes


@pytest.mark.parametrize('num_workers', [0, 1, 2])
def test_results_come_in_order(num_workers):
    jobs = range(23)
    assert list(map_in_processes(operator.neg, jobs, num_workers)) == [-job for job in jobs]
    assert list(map_in_processes(operator.neg, [], num_workers)) == []


@pytest.mark.parametrize('num_workers', [1, 2])
def test_errors_come_through(num_workers):
    results = map_in_processes(rle_num_pixels, [b'0', None, b'0'], num_workers)
    assert next(results) == 0
    with pytest.raises(TypeError):
        list(results)


def test_a_killed_worker_is_a_message():
    with pytest.raises(UserError, match='a worker process was killed.*--workers'):
        list(map_in_processes(os._exit, [1, 1], 2))


def test_few_jobs_are_taken_ahead():
    taken = []

    def jobs():
        for job in range(100):
            taken.append(job)
            yield job

    results = map_in_processes(operator.neg, jobs(), 2)
    next(results)
    assert len(taken) <= 4
    results.close()
