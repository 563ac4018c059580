"""The streaming reader gives what ``json.loads`` gives, whatever the size of its window."""

import json
from pathlib import Path

import numpy as np
import pytest

from mevis.errors import UserError
from mevis.structures.json_stream import iterate_json_object

CASES = [
    {},
    {'a': 1},
    {'a': [None, {'size': [1, 2], 'counts': 'a\\b"c'}, []], 'b': 12.5, 'c': {'d': 'é☃'}, 'e': -17},
]


@pytest.mark.parametrize('block', [1, 2, 7, 1000])
@pytest.mark.parametrize('case', CASES)
@pytest.mark.parametrize('indent', [None, 1])
def test_equals_json(tmp_path: Path, case: dict, block: int, indent: int | None):
    path = tmp_path / 'file.json'
    path.write_text(json.dumps(case, indent=indent, ensure_ascii=False), encoding='utf-8')
    entries = list(iterate_json_object(path, block))
    assert [(key, value) for key, value, _ in entries] == list(case.items())


@pytest.mark.parametrize('block', [1, 5, 1000])
def test_texts_are_counted_in_their_entry_alone(tmp_path: Path, block: int):
    path = tmp_path / 'file.json'
    path.write_text('{"a": ["k", {"k": 1}], "k": 2, "c": {"k": 3, "k": 4}}')
    found = [(count('"k"'), count('"x"')) for _, _, count in iterate_json_object(path, block)]
    assert found == [(2, 0), (0, 0), (2, 0)]


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'utf-16', 'utf-32-be'])
def test_other_encodings_are_read(tmp_path: Path, encoding: str):
    path = tmp_path / 'file.json'
    path.write_text(json.dumps(CASES[2], ensure_ascii=False), encoding=encoding)
    assert {key: value for key, value, _ in iterate_json_object(path, 5)} == CASES[2]


def test_every_cut_is_found(tmp_path: Path):
    text = json.dumps(CASES[2])
    path = tmp_path / 'file.json'
    for end in range(len(text)):
        path.write_text(text[:end])
        with pytest.raises(UserError, match=r'file\.json.*again'):
            list(iterate_json_object(path, 8))


@pytest.mark.parametrize(
    'text',
    [
        '[1]',
        '{1: 2}',
        '{"a" 1}',
        '{"a": 1 "b": 2}',
        '{"a": 1,}',
        'x',
        '{} x',
        '{"a": 1} {}',
        '{"a": 1, "a": 2}',
    ]
    + ['{"a": ' + '[' * 100_000, '{"a": ' + '1' * 5000 + '}'],
)
def test_malformed(tmp_path: Path, text: str):
    path = tmp_path / 'file.json'
    path.write_text(text)
    with pytest.raises(UserError, match=r'file\.json'):
        list(iterate_json_object(path))


def test_not_text(tmp_path: Path):
    path = tmp_path / 'file.json'
    path.write_bytes(np.arange(256, dtype=np.uint8).tobytes())
    with pytest.raises(UserError, match=r'file\.json'):
        list(iterate_json_object(path))


def test_letters_are_counted_whatever_the_others_are(tmp_path: Path):
    path = tmp_path / 'file.json'
    path.write_text('{"a": "\\" x", "b": "é\\"x x", "c": []}', encoding='utf-8')
    found = [(count('"'), count('x')) for _, _, count in iterate_json_object(path)]
    assert found == [(3, 1), (3, 2), (0, 0)]


@pytest.mark.parametrize('block', [16, 64])
def test_entries_behind_a_long_one(tmp_path: Path, block: int):
    entries = {'long': 'x' * 1000} | {str(number): number for number in range(50)}
    path = tmp_path / 'file.json'
    path.write_text(json.dumps(entries))
    assert {key: value for key, value, _ in iterate_json_object(path, block)} == entries
