import time

import numpy as np
import pytest

from mevis.testing.peak_memory import measure

MIB = 1 << 20


def fill(mib: int) -> int:
    """Allocates, and lets go again."""
    return int(np.ones(mib * MIB, np.uint8)[::4096].sum())


def test_the_peak_counts_though_it_is_gone():
    measured = measure(lambda: fill(200))
    assert measured.result == 200 * MIB // 4096
    assert measured.own_mib == pytest.approx(200, abs=30)
    assert measured.peak_mib == pytest.approx(measured.before_mib + 200, abs=30)


def test_what_came_before_does_not_count():
    fill(300)
    assert measure(lambda: fill(20)).own_mib < 100


def test_waiting_takes_no_time_of_cores():
    measured = measure(lambda: time.sleep(0.2))
    assert measured.seconds >= 0.2
    assert measured.cpu_seconds < measured.seconds


def test_of_a_first_run_the_memory_counts_and_the_time_does_not():
    def warm_up():
        time.sleep(0.5)
        fill(200)

    measured = measure(lambda: fill(20), warm_up)
    assert measured.own_mib == pytest.approx(200, abs=30)
    assert measured.seconds < 0.5
