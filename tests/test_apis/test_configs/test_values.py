import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from mmengine.config import Config
from torch import Tensor, nn

from mevis.apis.configs.loading import load_config
from mevis.apis.configs.value_ranges import NUMBERS, not_allowed
from mevis.apis.configs.values import check_values, require
from mevis.errors import UserError
from mevis.registry import REFINERS

ROOT = Path(__file__).resolve().parents[3]
CONFIGS = [path for path in sorted((ROOT / 'configs').rglob('*.py')) if '_base_' not in path.parts]


@REFINERS.register_module()
class DeclaresTypes:
    def __init__(
        self,
        count: int = 1,
        share: float = 0.5,
        names: Sequence[str] = (),
        part: nn.Module | dict | None = None,
        rate: float | Tensor = 1.0,
        sides: tuple[int, int] = (1, 1),
        kind: Literal['a', 'b'] = 'a',
        lies: int = None,  # noqa: RUF013 - as many do
        anything: Any = None,
        unknown=3,
    ) -> None:
        pass


def refusal(**values) -> str | None:
    try:
        check_values(Config(dict(plug=dict(type='DeclaresTypes', **values))))
    except UserError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    'values',
    [
        dict(count=3, share=1, names=['a'], part=None, rate=2, sides=[1, 2], kind='b', lies=None),
        dict(names=('a', 'b'), part=dict(type='DeclaresTypes'), lies=4, anything=object()),
        dict(unknown='text'),
    ],
)
def test_what_is_declared_is_taken(values):
    assert refusal(**values) is None


@pytest.mark.parametrize(
    ('values', 'expected'),
    [
        (dict(count='text'), 'plug.count=text: must be a whole number.'),
        (dict(count=1.5), 'plug.count=1.5: must be a whole number.'),
        (dict(count=True), 'plug.count=True: must be a whole number.'),
        (dict(share='text'), 'plug.share=text: must be a number.'),
        (dict(share=None), 'plug.share=None: must be a number.'),
        (dict(names=5), 'plug.names=5: must be a list.'),
        (dict(names=[5]), 'plug.names=[5]: must be text.'),
        (dict(rate='fast'), 'plug.rate=fast: must be a number.'),
        (dict(lies='x'), 'plug.lies=x: must be a whole number or None.'),
        (dict(share=math.nan), 'plug.share=nan: must be a number, which NaN is not.'),
    ],
)
def test_another_type_is_refused_with_the_one_that_is_declared(values, expected):
    assert refusal(**values) == expected


def test_lengths_and_choices():
    assert refusal(sides=[1, 2, 3]).startswith('plug.sides=[1, 2, 3]: must be ')
    assert refusal(kind='c').startswith('plug.kind=c: must be ')


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_all_our_configs_are_taken(path):
    check_values(load_config(path))


def test_every_range_has_an_end_and_words():
    for key, numbers in NUMBERS.items():
        assert not_allowed(key, 'text') == str(numbers)
        assert not_allowed(key, math.nan) == str(numbers)
        assert not_allowed(key, True) == str(numbers)
        assert not_allowed(key, None) is None
        assert not numbers.allows(10**40)
        low = numbers.low + (1e-3 if numbers.above else 0)
        assert numbers.allows(int(low) if numbers.whole else low)
    assert str(NUMBERS['batch_size']) == 'a whole number from 1 to 65536'
    assert str(NUMBERS['max_norm']) == 'a number above 0, at most 1e+12'
    assert str(NUMBERS['dropout']) == 'a number from 0 to below 1'
    assert not_allowed('max_norm', math.inf) is None
    assert not_allowed('lr', math.inf)
    assert not_allowed('whatever', 10**30)


@pytest.mark.parametrize(
    ('values', 'expected'),
    [
        (dict(log_level='LOUD'), 'log_level=LOUD: must be DEBUG or INFO'),
        (dict(launcher='ssh'), 'launcher=ssh: must be none or pytorch'),
        (dict(default_scope='nobody'), 'default_scope=nobody: no module is registered'),
        (dict(default_scope=['mevis']), "default_scope=['mevis']: no module is registered"),
    ],
)
def test_words_that_only_the_engine_knows(values, expected):
    with pytest.raises(UserError) as caught:
        check_values(Config(values))
    assert str(caught.value).startswith(expected)


@pytest.mark.parametrize('scope', ['mevis', 'mmengine', 'mmdet'])
def test_a_scope_with_modules_is_taken(scope):
    check_values(Config(dict(default_scope=scope)))


def test_a_switch_without_a_type_is_one():
    with pytest.raises(UserError, match=r'log_processor\.by_epoch=5: must be True or False'):
        check_values(Config(dict(log_processor=dict(type='LogProcessor', by_epoch=5))))


def test_sections_are_sections():
    for cfg in (dict(model=5), dict(train_dataloader='x'), dict(test_dataloader=dict(dataset=5))):
        with pytest.raises(UserError, match='must be a section'):
            check_values(Config(cfg))
    cfg = dict(test_dataloader=dict(dataset=dict(type='X', pipeline=[5])))
    with pytest.raises(UserError, match='must be a list of sections'):
        check_values(Config(cfg))


@pytest.mark.parametrize('text', ['', '# nothing\n', 'x = 1\n'])
def test_a_config_without_a_model_is_named(tmp_path, text):
    path = tmp_path / 'empty.py'
    path.write_text(text)
    with pytest.raises(UserError, match=r'empty\.py: no model and no train_dataloader'):
        require(load_config(path), ('model', 'train_dataloader'), 'train')


def test_sections_without_an_end():
    node: dict = {}
    for _ in range(200):
        node = {'a': node}
    with pytest.raises(UserError, match='without an end'):
        check_values(Config(node))
