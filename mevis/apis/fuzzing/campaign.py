"""Many mutations of a format, each of which must be read, or refused in one line."""

import json
import os
import random
import resource
import select
import shutil
import signal
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mevis.apis.explanation import explain
from mevis.apis.fuzzing.formats import FORMATS

READ, REFUSED = 'read', 'refused'
"""What may become of a case; anything else is a fault of ours."""

_CASES_PER_PROCESS = 500


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Attributes:
        case: Its number.
        kind: ``read`` or ``refused``; else ``raised``, ``wrong result``, ``outside``, ``memory``,
            ``hung`` or ``crashed``.
        detail: The message, or where it was raised.
    """

    case: int
    kind: str
    detail: str = ''

    @property
    def is_fault(self) -> bool:
        """Whether the reader has a bug."""
        return self.kind not in (READ, REFUSED)


@dataclass
class Campaign:
    """How often what became of the cases of a format, and what was not as it should be."""

    counts: Counter = field(default_factory=Counter)
    faults: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Counts a case."""
        self.counts[outcome.kind] += 1
        if outcome.is_fault:
            self.faults.append(outcome)


def content_of(name: str, case: int, seed: int = 0) -> bytes:
    """The damaged file of a case; the same each time."""
    rng = random.Random(f'{name} {seed} {case}')
    return FORMATS[name].mutate(rng.choice(_samples(name)), rng)


def run_case(name: str, case: int, root: Path, seed: int = 0) -> Outcome:
    """Reads one damaged file in this process.

    Args:
        name: A key of ``FORMATS``.
        case: Its number.
        root: An empty folder; the file is put two folders below it.
        seed: Of all cases.
    """
    form = FORMATS[name]
    folder = root / 'above' / 'case'
    files = {**form.beside, form.file: content_of(name, case, seed)}
    for file, content in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(content)
    try:
        outcome = _read(case, lambda: form.read(folder))
        outside = {path for path in (*root.iterdir(), *(root / 'above').iterdir())}
        if outside != {root / 'above', folder}:
            outcome = Outcome(case, 'outside', ', '.join(map(str, outside)))
        return outcome
    finally:
        shutil.rmtree(root / 'above')


def run_campaign(
    name: str,
    count: int,
    seed: int = 0,
    first: int = 0,
    seconds: float = 10,
    memory_mib: int = 1024,
    on_case: Callable[[int], None] = lambda done: None,
) -> Campaign:
    """Runs cases in processes of their own, which may hang, crash or take all memory.

    Args:
        name: A key of ``FORMATS``.
        count: Cases.
        seed: Of all cases.
        first: Number of the first case.
        seconds: That a case may take.
        memory_mib: That a process may take beyond what it has at its start.
        on_case: Told after each case how many are done.
    """
    campaign = Campaign()
    _samples(name)  # before the first fork
    following, end = first, first + count
    while following < end:
        stop = min(end, following + _CASES_PER_PROCESS)
        for outcome in _in_process(name, following, stop, seed, seconds, memory_mib):
            campaign.add(outcome)
            following = outcome.case + 1
            on_case(following - first)
    return campaign


@cache
def _samples(name: str) -> list[bytes]:
    return FORMATS[name].samples()


def _read(case: int, read: Callable[[], object]) -> Outcome:
    try:
        read()
    except AssertionError as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        if Path(place.filename).name == 'readers.py':
            return Outcome(case, 'wrong result', f'line {place.lineno}: {place.line}')
        return Outcome(case, 'raised', _place(error))
    except SystemExit as error:  # argparse
        return Outcome(case, REFUSED if error.code == 2 else 'raised', f'exit {error.code}')
    except MemoryError as error:
        return Outcome(case, 'memory', _place(error))
    except Exception as error:
        message = explain(error)
        if message is None:
            return Outcome(case, 'raised', _place(error))
        return Outcome(case, REFUSED, message)
    return Outcome(case, READ)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if '/mevis/' in frame.filename] or frames
    text = ' '.join(str(error).split())[:200]
    return f'{Path(own[-1].filename).name}:{own[-1].lineno}: {type(error).__name__}: {text}'


def _in_process(
    name: str, first: int, stop: int, seed: int, seconds: float, memory_mib: int
) -> Iterator[Outcome]:
    """Outcomes of cases of one child; ends early, with a last outcome, if it hangs or dies."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiver)
        _child(sender, name, first, stop, seed, memory_mib)
    os.close(sender)
    case = first
    root = None
    with os.fdopen(receiver, 'rb', buffering=0) as pipe:
        pending = b''
        while case < stop:
            ready, _, _ = select.select([pipe], [], [], seconds)
            data = pipe.read(1 << 16) if ready else b''
            if not data:
                break
            *lines, pending = (pending + data).split(b'\n')
            for line in lines:
                found = json.loads(line)
                if isinstance(found, str):
                    root = Path(found)
                    continue
                yield Outcome(*found)
                case += 1
    if case < stop:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if root is not None:
        shutil.rmtree(root, ignore_errors=True)
    if case < stop:
        if not ready:
            yield Outcome(case, 'hung', f'more than {seconds:g} seconds')
        else:
            yield Outcome(case, 'crashed', f'signal {os.WTERMSIG(status)}, status {status}')


def _child(sender: int, name: str, first: int, stop: int, seed: int, memory_mib: int) -> None:
    """Runs cases and tells of each; never returns."""
    try:
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        root = Path(tempfile.mkdtemp(prefix='mevis-fuzz-'))
        os.write(sender, json.dumps(str(root)).encode() + b'\n')
        pages = int(Path('/proc/self/statm').read_text().split()[0])
        most = pages * os.sysconf('SC_PAGE_SIZE') + (memory_mib << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for case in range(first, stop):
            outcome = run_case(name, case, root, seed)
            told = [outcome.case, outcome.kind, outcome.detail[:1000]]
            os.write(sender, json.dumps(told).encode() + b'\n')
    finally:
        os._exit(0)
