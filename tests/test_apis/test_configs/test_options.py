import argparse

import pytest

from mevis.apis.configs.options import add_cfg_options


def parse(*pairs: str) -> dict:
    parser = argparse.ArgumentParser(prog='tool')
    add_cfg_options(parser)
    return parser.parse_args(['--cfg-options', *pairs]).cfg_options


def test_plain_pairs_are_read_as_the_engine_reads_them():
    assert parse('a.b=1', 'c=0.5', 'd=True', 'e=None', 'f=text=more', 'g=') == {
        'a.b': 1, 'c': 0.5, 'd': True, 'e': None, 'f': 'text=more', 'g': '',
    }  # fmt: skip
    assert parse('a=1,2', 'b=[1,(2,3)]', 'c=(x,)') == {
        'a': [1, 2], 'b': [1, (2, 3)], 'c': ('x',),
    }  # fmt: skip


@pytest.mark.parametrize(
    'pair',
    [
        'a=[1,2',
        'a=1]',
        'a=(1,2]',
        'a=)(',
        'a=[(1,2)',
        'a=[[[[',
        'a={b}',
        "a=['b]",
        'a={b: 1',
        'a',
        '',
        '=1',
        'a..b=1',
        '.a=1',
    ]
    + ['a.=1', 'a =1', 'a=' + '[' * 5000 + ']' * 5000, 'a=' + '1' * 200_000, '\x1b[31m'],
    ids=lambda pair: pair[:12],
)
def test_a_pair_that_is_none_is_a_mistake_of_usage(pair, capsys):
    with pytest.raises(SystemExit) as caught:
        parse('fine=1', pair)
    assert caught.value.code == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith('tool: error: --cfg-options ')
    assert len(said) < 300
    assert said.isprintable()


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ("['0004']", ['0004']),
        ('[0004]', ['0004']),  # what a shell leaves of it
        ('[\'4\', "5", 6]', ['4', '5', 6]),
        ("'7'", '7'),
        ('0.5', 0.5),
        ('0', 0),
        ('00', '00'),
        ('-1e-4', -1e-4),
        ('a red bird, flying', ['a red bird', 'flying']),
        ("'a red bird, flying'", 'a red bird, flying'),
        ("the bird's wing", "the bird's wing"),
        ("{'type': 'A', 'sizes': [1, (2, 3)]}", {'type': 'A', 'sizes': [1, (2, 3)]}),
        ('{type:A,inner:{depth:2}}', {'type': 'A', 'inner': {'depth': 2}}),
        ("dict(type='A', inner=dict(depth=2))", {'type': 'A', 'inner': {'depth': 2}}),
        ('[{type:A},{type:B}]', [{'type': 'A'}, {'type': 'B'}]),
        ('C:/a=b', 'C:/a=b'),
        ('{}', {}),
        ('[]', []),
    ],
)
def test_values_keep_names_spaces_and_sections(text, value):
    read = parse(f'key={text}')['key']
    assert read == value
    assert type(read) is type(value)
