"""Damaged files of every format are read or refused in one line; and what a campaign notices."""

import os
import random
import signal
import time

import pytest

from mevis.apis.fuzzing import campaign, mutation
from mevis.apis.fuzzing.campaign import Outcome, content_of, run_campaign, run_case
from mevis.apis.fuzzing.formats import FORMATS, Format
from mevis.apis.fuzzing.mutation import mutate_bytes, mutate_json, mutate_lines
from mevis.errors import UserError

CASES = 60


@pytest.mark.parametrize('name', FORMATS)
def test_sound_files_are_read(name, tmp_path, monkeypatch):
    for number, sample in enumerate(FORMATS[name].samples()):
        monkeypatch.setattr(campaign, 'content_of', lambda *_, sample=sample: sample)
        (tmp_path / str(number)).mkdir()
        outcome = run_case(name, number, tmp_path / str(number))
        # The options are samples of what a user types, right or wrong.
        assert outcome.kind == 'read' or name == 'options', outcome


@pytest.mark.parametrize('name', FORMATS)
def test_damaged_files_are_read_or_refused(name, tmp_path):
    outcomes = [run_case(name, case, tmp_path, seed=9) for case in range(CASES)]
    assert [outcome for outcome in outcomes if outcome.is_fault] == []
    assert sum(outcome.kind == 'refused' for outcome in outcomes) > CASES / 4
    assert list(tmp_path.iterdir()) == []


def test_a_case_is_the_same_each_time():
    for name in FORMATS:
        assert content_of(name, 3) == content_of(name, 3)
    assert len({content_of('annotations', case) for case in range(50)}) > 40
    assert content_of('annotations', 3, seed=0) != content_of('annotations', 3, seed=1)


@pytest.mark.parametrize('mutate', [mutate_bytes, mutate_json, mutate_lines])
def test_mutations_of_next_to_nothing(mutate):
    for case in range(300):
        assert isinstance(mutate(b'{}', random.Random(case)), bytes)


def reads(function, monkeypatch) -> None:
    sample = Format('x.bin', lambda: [b'abc'], lambda data, rng: data, function)
    monkeypatch.setitem(FORMATS, 'toy', sample)
    campaign._samples.cache_clear()


def fails(error):
    def read(folder):
        raise error

    return read


@pytest.mark.parametrize(
    ('read', 'kind'),
    [
        (lambda folder: None, 'read'),
        (fails(UserError('x')), 'refused'),
        (fails(FileNotFoundError(2, 'x', 'y')), 'refused'),
        (fails(SystemExit(2)), 'refused'),
        (fails(SystemExit(1)), 'raised'),
        (fails(KeyError('x')), 'raised'),
        (fails(RecursionError()), 'raised'),
        (fails(MemoryError()), 'memory'),
        (lambda folder: (folder.parent / 'escaped').touch(), 'outside'),
        (lambda folder: (folder.parents[1] / 'escaped').touch(), 'outside'),
    ],
)
def test_what_became_of_a_case(read, kind, monkeypatch, tmp_path):
    reads(read, monkeypatch)
    outcome = run_case('toy', 0, tmp_path)
    assert outcome.kind == kind
    assert outcome.is_fault == (kind not in ('read', 'refused'))


def test_a_campaign_outlives_what_hangs_dies_and_eats_memory(monkeypatch):
    number = iter(range(100))

    def read(folder):
        case = next(number)
        if case == 2:
            time.sleep(60)
        if case == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        if case == 6:
            bytearray(1 << 32)

    # A child begins where the one before it ended, with a copy of the same counter.
    monkeypatch.setattr(campaign, '_child', _counting(campaign._child, number))
    reads(read, monkeypatch)
    done = []
    found = run_campaign('toy', 9, seconds=1, memory_mib=500, on_case=done.append)
    assert found.faults == [
        Outcome(2, 'hung', 'more than 1 seconds'),
        Outcome(4, 'crashed', 'signal 9, status 9'),
        Outcome(6, 'memory', found.faults[2].detail),
    ]
    assert found.counts == {'read': 6, 'hung': 1, 'crashed': 1, 'memory': 1}
    assert done == list(range(1, 10))


def _counting(child, number):
    def counting(sender, name, first, stop, seed, memory_mib):
        for _ in range(first):
            next(number)
        child(sender, name, first, stop, seed, memory_mib)

    return counting


def test_two_changes_put_nothing_into_itself():
    """Empty lists are among the strange values, and a second change may fall into one."""
    before = repr(mutation._STRANGE_VALUES)
    for case in range(500):
        mutate_json(b'[[], {"a": []}]', random.Random(case))
    assert repr(mutation._STRANGE_VALUES) == before
