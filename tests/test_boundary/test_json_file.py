"""JSON becomes values of declared types, or one line with file and key."""

import json
import os

import pytest

from mevis.boundary.formats import MetaExpressions
from mevis.boundary.json_file import parse_json, read_json
from mevis.errors import UserError


def content() -> dict:
    return {
        'videos': {
            'bird': {'expressions': {'0': {'exp': 'a bird', 'anno_id': [1]}}, 'frames': ['0']},
            'a "cat"': {'expressions': {'x/y': {'exp': 'a cat'}}, 'frames': ['0', 1]},
        }
    }


def test_what_fits_is_read(tmp_path):
    path = tmp_path / 'f.json'
    path.write_text(json.dumps(content()))
    videos = read_json(path, MetaExpressions).videos
    assert videos['bird'].expressions['0'].anno_id == [1]
    assert videos['a "cat"'].frames == ['0', 1]


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'utf-16-le', 'utf-32'])
def test_other_encodings_are_read(tmp_path, encoding):
    path = tmp_path / 'f.json'
    path.write_bytes(json.dumps({'é': '视'}, ensure_ascii=False).encode(encoding))
    assert read_json(path, dict[str, str]) == {'é': '视'}


WRONG = {
    'a type deep down': (
        lambda data: data['videos']['bird']['expressions']['0'].update(exp=3),
        'videos.bird.expressions.0.exp: expected str, got int',
    ),
    'a list of objects': (
        lambda data: data['videos']['bird'].update(expressions=[]),
        'videos.bird.expressions: expected object, got array',
    ),
    'a missing key': (
        lambda data: data['videos']['a "cat"']['expressions']['x/y'].pop('exp'),
        r"videos\['a \"cat\"'\].expressions\['x/y'\]: object missing required field exp",
    ),
    'an index': (
        lambda data: data['videos']['a "cat"']['frames'].append(None),
        r"videos\['a \"cat\"'\].frames\[2\]: expected int \| str, got null",
    ),
    'true for a number': (
        lambda data: data['videos']['bird']['frames'].append(True),
        r'videos.bird.frames\[1\]: .*got bool',
    ),
    'a fraction': (
        lambda data: data['videos']['bird']['expressions']['0'].update(anno_id=[1.5]),
        r'anno_id\[0\]: expected int \| str, got float',
    ),
    'a number of no id': (
        lambda data: data['videos']['bird']['expressions']['0'].update(anno_id=[10**30]),
        r'anno_id\[0\]: expected int <= ',
    ),
    'no videos': (lambda data: data.clear(), 'object missing required field videos'),
}


@pytest.mark.parametrize(('change', 'message'), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_named_by_its_keys(tmp_path, change, message):
    data = content()
    change(data)
    path = tmp_path / 'f.json'
    path.write_text(json.dumps(data))
    with pytest.raises(UserError, match=message) as caught:
        read_json(path, MetaExpressions)
    assert str(caught.value).startswith(f'{path}: ')
    assert '\n' not in str(caught.value)


NO_JSON = {
    'cut off': b'{"a": [1, 2',
    'text behind': b'{} x',
    'empty': b'',
    'NaN': b'{"a": NaN}',
    'Infinity': b'[-Infinity]',
    'too large': b'[1e999]',
    'many digits': b'[' + b'1' * 5000 + b']',
    'deep': b'[' * 1_000_000,
    'deep and whole': b'[' * 100_000 + b']' * 100_000,
    'twice': b'{"a": 1, "b": {"c": 1, "c": 2}}',
    'half a character': b'{"a": "x\\ud800"}',
    'half a character in a key': b'{"\\udc00": 1}',
    'latin-1': '{"a": "é"}'.encode('latin-1'),
    'bytes': bytes(range(256)),
    'half of UTF-16': b'\xff\xfe{',
    'control characters': b'{"a": "\x01"}',
}


@pytest.mark.parametrize('data', NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_one_line(data):
    with pytest.raises(UserError, match='^f.json: ') as caught:
        parse_json(data, 'f.json')
    assert '\n' not in str(caught.value)
    str(caught.value).encode()


def test_pairs_of_halves_are_characters():
    assert parse_json(b'["\\ud83c\\udfac"]', 'f.json') == ['🎬']


def test_what_is_no_file_is_one_line(tmp_path):
    with pytest.raises(UserError, match='no such file. Look there.'):
        read_json(tmp_path / 'absent.json', dict, missing='Look there.')
    with pytest.raises(UserError, match='is a folder'):
        read_json(tmp_path, dict)
    os.mkfifo(tmp_path / 'pipe')
    with pytest.raises(UserError, match='pipe'):
        read_json(tmp_path / 'pipe', dict)
    with pytest.raises(UserError):
        read_json(tmp_path / ('x' * 300), dict)


def test_keys_that_come_twice_are_found_whatever_texts_look_like():
    sound = b'{"a": "b\\": c", "\\"" : [{"x" :1}, {"x": {"a": 2}}]}'
    assert parse_json(sound, 'x') == {'a': 'b": c', '"': [{'x': 1}, {'x': {'a': 2}}]}
    for twice in (b'{"a" : 1, "a": 2}', b'[{"x": {"a": "y", "\\u0061": 1}}]', b'{"a":1, "a" :1}'):
        with pytest.raises(UserError, match='comes twice'):
            parse_json(twice, 'x')
