"""Plans of ablations: what rows share, and mistakes in the file."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from mevis.apis.ablation.plan import read_plan
from mevis.errors import UserError

ROOT = Path(__file__).resolve().parents[3]
PLAN = {
    'config': 'base.py',
    'start': 'base.safetensors',
    'reference': 'plain',
    'test_videos': 5,
    'options': {'train_cfg.max_iters': 10},
    'rows': {
        'plain': {'what': 'nothing'},
        'other': {'what': 'a part', 'options': {'model.part.type': 'Other'}},
        'last': {'what': 'a test', 'of': 'other', 'options': {'model.layer': 'last'}},
        'own': {'what': 'another model', 'config': 'own.py', 'start': 'own.pth', 'trained': False},
    },
}


def write(tmp_path: Path, **changes) -> Path:
    path = tmp_path / 'plan.yaml'
    path.write_text(yaml.safe_dump({**PLAN, **changes}, sort_keys=False))
    return path


def with_row(**fields) -> dict:
    return {'rows': {**PLAN['rows'], 'new': fields}}


def test_rows_have_what_they_share_and_their_own(tmp_path):
    plan = read_plan(write(tmp_path))
    assert list(plan.rows) == ['plain', 'other', 'last', 'own']
    assert (plan.reference, plan.train_videos, plan.test_videos) == ('plain', None, 5)
    other, last, own = plan.rows['other'], plan.rows['last'], plan.rows['own']
    assert (other.config, other.start, other.trained) == ('base.py', 'base.safetensors', True)
    assert other.options == {'train_cfg.max_iters': 10, 'model.part.type': 'Other'}
    assert last.options == {**other.options, 'model.layer': 'last'}
    assert not last.trained
    assert (own.config, own.start, own.trained, own.options) == ('own.py', 'own.pth', False, {})


def test_chosen_rows_come_after_those_whose_weights_they_test(tmp_path):
    plan = read_plan(write(tmp_path))
    assert [row.name for row in plan.choose(None)] == ['plain', 'other', 'own', 'last']
    assert [row.name for row in plan.choose(['last', 'plain'])] == ['plain', 'last']
    with pytest.raises(UserError, match="no row 'plian'; known: plain, other, last, own"):
        plan.choose(['plian'])


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'vidoes': 3}, 'vidoes: unknown; known: config, options'),
        ({'reference': 'none'}, 'reference: none is none of the rows'),
        ({'start': ''}, 'start is missing'),
        (with_row(what='x', trained=False, start=None), 'row new: start: a row that is not'),
        (with_row(options={}), 'row new: what: one line'),
        (with_row(what='x', of='late'), 'row new: of: late is no trained row above it'),
        (with_row(what='x', of='own'), 'row new: of: own is no trained row above it'),
        (with_row(what='x', opts={}), 'row new: opts: unknown'),
        ({'rows': {'plain': 'x'}}, 'rows.plain: expected object, got str'),
        ({'rows': ['plain']}, 'rows: expected object.*, got array'),
        ({'rows': {3: {'what': 'x'}}}, 'rows: the name 3 is no text'),
        ({'rows': {}}, 'rows is missing'),
        ({'config': 5}, 'config: expected str, got int'),
        ({'start': False}, 'start: expected str.*, got bool'),
        ({'reference': ['plain']}, 'reference: expected str, got array'),
        ({'train_videos': 0}, 'train_videos: expected int.* >= 1'),
        ({'test_videos': '5'}, 'test_videos: expected int.*, got str'),
        ({'options': [1]}, 'options: expected object.*, got array'),
        (with_row(what=5), 'rows.new.what: expected str, got int'),
        (with_row(what='x', of=['own']), 'rows.new.of: expected str.*, got array'),
        (with_row(what='x', trained='no'), 'rows.new.trained: expected bool, got str'),
        (with_row(what='x', options={True: 6}), 'new: options: the name True is no text'),
        (with_row(what='x', options={'a': [date(2020, 1, 1)]}), 'a: 2020-01-01 is neither'),
        (with_row(what='x', options={'a': float('inf')}), 'options: a: inf is neither text nor'),
        ({'rows': {'../up': {'what': 'x'}}}, 'cannot be that of a file'),
    ],
)
def test_mistakes_name_the_key(tmp_path, changes, message):
    with pytest.raises(UserError, match=message):
        read_plan(write(tmp_path, **changes))


def test_without_a_start_rows_are_trained_from_random_weights(tmp_path):
    plan = read_plan(write(tmp_path, start=None))
    assert plan.rows['plain'].start is None
    assert plan.rows['own'].start == 'own.pth'


def test_a_file_that_is_missing_or_no_yaml_is_named(tmp_path):
    with pytest.raises(UserError, match='no such file'):
        read_plan(tmp_path / 'absent.yaml')
    path = tmp_path / 'plan.yaml'
    path.write_text('rows: [')
    with pytest.raises(UserError, match=r'plan\.yaml, line 2: '):
        read_plan(path)


def test_plans_of_the_repository_are_read_and_name_files_that_exist():
    paths = sorted((ROOT / 'configs/ablation').glob('*.yaml'))
    assert paths
    for path in paths:
        for row in read_plan(path).rows.values():
            assert (ROOT / row.config).is_file(), row.name
            assert row.start is None or (ROOT / row.start).is_file(), row.name
