from pathlib import Path

import pytest

from mevis.boundary.names import (
    check_distinct,
    check_part,
    check_parts,
    check_path,
    is_blank,
    is_litter,
    natural_key,
    path_below,
    same_but_for_case,
)
from mevis.errors import UserError

UNUSUAL = [
    'a',
    'my video (1)',
    '10:30:00',
    '%03d',
    '~',
    '~root',
    '-rf',
    'vidéo',
    '视频',
    'فيديو',
    '🎬',
    'a..b',
    'consul',
    'v.1',
    'x' * 250,
    '*?[a]',
    "it's",
]
REFUSED = {
    '': 'empty',
    '.': 'another folder',
    '..': 'another folder',
    'a\\b': 'separator',
    'a\x00b': 'control',
    'a\nb': 'control',
    'a\x7f': 'control',
    'a\u2028b': 'control',
    '\ud800': 'surrogate',
    '.hidden': 'begin with a dot',
    'con': 'device',
    'COM1.txt': 'device',
    'x' * 251: 'longer than 250',
    '视' * 84: 'longer than 250',
}


@pytest.mark.parametrize('name', UNUSUAL)
def test_an_unusual_name_is_kept(name):
    assert check_part(name, 'f.json') == name
    assert check_path(f'folder/{name}', 'f.json') == f'folder/{name}'
    assert path_below('out', name, '.json') == Path('out') / f'{name}.json'


@pytest.mark.parametrize(('name', 'reason'), REFUSED.items())
def test_a_dangerous_name_is_refused_in_one_line(name, reason):
    for check in (check_part, check_path):
        with pytest.raises(UserError, match=reason) as caught:
            check(name, 'f.json: video')
        message = str(caught.value)
        assert message.startswith('f.json: video')
        assert message.isprintable()
        assert len(message) < 250
        message.encode()


@pytest.mark.parametrize(
    'name', ['/abs', '../x', 'a/../../x', 'a/..', 'a//b', 'a/', 'a/./b', '/', 'a/' * 600 + 'b']
)
def test_a_path_stays_below_its_folder(name):
    with pytest.raises(UserError, match='cannot be that of a folder'):
        path_below('out', name)


def test_a_part_has_no_separator():
    with pytest.raises(UserError, match='separator'):
        check_part('a/b', 'f.json')


@pytest.mark.parametrize(
    'names', [['a', 'a'], ['vid\u00e9o', 'vide\u0301o'], ['a/b', 'a'], ['a', 'a/b/c']]
)
def test_names_that_clash_are_refused(names):
    with pytest.raises(UserError, match='Rename'):
        check_distinct(names, 'f.json')


def test_names_that_differ_are_kept():
    check_distinct(['a', 'A', 'ab', 'b/a', 'b/c'], 'f.json')


def test_numbers_are_sorted_as_numbers():
    names = ['1', '2', '10', '²', 'a', 'a1', 'a2b', 'a2c', 'a10', 'a٣', '']
    assert sorted(names, key=natural_key) == (
        ['', '1', '2', '10', 'a', 'a1', 'a2b', 'a2c', 'a٣', 'a10', '²']
    )


def test_what_file_managers_leave():
    assert all(map(is_litter, ['.DS_Store', '._0.jpg', '__MACOSX', 'Thumbs.db']))
    assert not any(map(is_litter, ['a.jpg', 'MACOSX', '__a']))


def test_names_that_differ_in_capitals_alone():
    assert list(same_but_for_case(['A', 'b', 'a', 'B', 'c'])) == [('A', 'a'), ('b', 'B')]
    assert not list(same_but_for_case(['a', 'b', 'ab']))


@pytest.mark.parametrize(
    'text', ['', ' \t\n', '\u200b', '\ufeff\u200d ', '\u2060', '\u3164', '\u2800', '\x00', '\u00ad']
)
def test_nothing_to_read(text):
    assert is_blank(text)


@pytest.mark.parametrize('text', ['a', '鸟', 'طائر', '\u200b.', '🐦', '\u200fא', '7'])
def test_something_to_read(text):
    assert not is_blank(text)


@pytest.mark.parametrize('names', [[], ['00000', '00001'], [*UNUSUAL, '7'], ['0', '10', '9' * 250]])
def test_names_are_checked_many_at_once_as_one_by_one(names):
    assert check_parts(iter(names), 'f.json') == tuple(names)


@pytest.mark.parametrize('name', [*REFUSED, '9' * 251])
@pytest.mark.parametrize('others', [[], ['1', '2'], ['a']])
def test_one_name_of_many_is_refused(name, others):
    with pytest.raises(UserError, match=r'f\.json: the name .* cannot be that of a file'):
        check_parts([*others, name], 'f.json')
