"""Workers end with the process that started them."""

import os
import signal
import subprocess
import sys
import time

import pytest

POOL = r"""
import os, signal, time
from mevis.structures.process_pool import map_in_processes

signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs of a shell may ignore it

def work(job):
    os.write(1, b'%d\n' % os.getpid())  # in one piece: two workers write here
    time.sleep(600)

list(map_in_processes(work, range(4), 2))
"""


def ends(process: int) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with open(f'/proc/{process}/stat') as file:
                if file.read().rpartition(')')[2].split()[0] == 'Z':
                    return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_workers_of_a_pool_end_with_it(tmp_path, number):
    script = tmp_path / 'pool.py'
    script.write_text(POOL)
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with subprocess.Popen([sys.executable, str(script)], **pipes) as main:
        workers = [int(main.stdout.readline()) for _ in range(2)]
        assert os.getpid() not in workers
        main.send_signal(number)
        main.wait(120)
        assert all(map(ends, workers))
