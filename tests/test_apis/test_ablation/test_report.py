"""Table and files of an ablation."""

import csv
import json

import pytest

from mevis.apis.ablation.plan import Plan, Row
from mevis.apis.ablation.report import kinds_of, markdown_table, print_table, write_files
from mevis.apis.ablation.summary import Figure, RowSummary

PLAN = Plan({name: Row(name, f'is {name}', 'c', 's') for name in ('plain', 'other')}, 'plain')


@pytest.fixture
def summaries() -> dict[str, RowSummary]:
    plain = Figure(8, 50.0, 0.5, 49.0, 51.0)
    other = Figure(8, 52.0, None, 51.0, 53.0, 2.04, -1.0, 5.0)
    return {
        'plain': RowSummary((0, 1), {'all': plain, 'motion': plain, 'about:rest': plain}),
        'other': RowSummary((0,), {'all': other, 'order': other}),
    }


def test_table_for_a_document(summaries):
    lines = markdown_table(summaries, PLAN).splitlines()
    assert lines[0] == '| row | seeds | J&F | beside `plain` | motion | order |'
    assert lines[2] == '| `plain` | 2 | 50.0 ± 0.5 | - | 50.0 | - |'
    assert lines[3] == '| `other` | 1 | 52.0 | +2.0 [-1.0, 5.0] | - | 52.0 |'


def test_printed_table_has_the_same_cells(summaries, capsys):
    print_table(summaries, PLAN)
    printed = capsys.readouterr().out
    assert '50.0 ± 0.5' in printed
    assert '+2.0 [-1.0, 5.0]' in printed


def test_files(summaries, tmp_path):
    paths = write_files(summaries, PLAN, tmp_path)
    figures = json.loads(paths[0].read_text())
    assert figures['rows']['other']['what'] == 'is other'
    assert figures['rows']['other']['figures']['all']['difference'] == 2.04
    with paths[1].open() as file:
        rows = list(csv.DictReader(file))
    assert [(row['row'], row['group']) for row in rows] == [
        ('plain', 'all'),
        ('plain', 'motion'),
        ('plain', 'about:rest'),
        ('other', 'all'),
        ('other', 'order'),
    ]
    assert (rows[0]['mean'], rows[0]['low'], rows[3]['low']) == ('50.0', '', '-1.0')
    assert paths[2].read_text() == markdown_table(summaries, PLAN)


def test_kinds_leave_out_subjects(summaries):
    assert kinds_of(summaries) == ['motion', 'order']
