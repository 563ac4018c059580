import argparse

import pytest

from mevis.apis.configs.options import add_cfg_options


def parse(*pairs: str) -> dict:
    parser = argparse.ArgumentParser(prog='tool')
    add_cfg_options(parser)
    return parser.parse_args(['--cfg-options', *pairs]).cfg_options


def test_pairs_are_read_as_the_engine_reads_them():
    assert parse('a.b=1', 'c=0.5', 'd=True', 'e=None', 'f=text=more', 'g=') == {
        'a.b': 1, 'c': 0.5, 'd': True, 'e': None, 'f': 'text=more', 'g': '',
    }  # fmt: skip
    assert parse('a=1,2', 'b=[1,(2,3)]', 'c=(x,)') == {
        'a': [1, 2], 'b': [1, (2, 3)], 'c': ('x',),
    }  # fmt: skip


@pytest.mark.parametrize(
    'pair',
    ['a=[1,2', 'a=1]', 'a=(1,2]', 'a=)(', 'a=[(1,2)', 'a=[[[[', 'a', '', '=1', 'a..b=1', '.a=1']
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
