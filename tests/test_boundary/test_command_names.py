"""Tools in messages have the name by which they can be called."""

import sys

import pytest

from mevis.boundary.command_names import as_called

TEXT = 'Run tools/test.py again, or python tools/analysis/choose_threshold.py DIR.'


@pytest.mark.parametrize(
    ('name', 'said'),
    [
        ('mevis train', 'Run mevis test again, or mevis choose-threshold DIR.'),
        ('tools/train.py', TEXT),
        ('', TEXT),
    ],
)
def test_a_tool_is_named_as_it_can_be_called(monkeypatch, name, said):
    monkeypatch.setattr(sys, 'argv', [name])
    assert as_called(TEXT) == said
