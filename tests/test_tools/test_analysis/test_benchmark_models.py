"""tools/analysis/benchmark_models.py: a row for each model, and what it refuses."""

import json

import pytest

from mevis.apis.scaling.model_costs import ModelCosts
from mevis.errors import UserError


@pytest.fixture
def run(load_tool, monkeypatch, capsys):
    """Runs the tool on models that cost what their name says; gives what it prints."""
    tool = load_tool('benchmark_models')

    def costs(config, checkpoint, video, texts):
        assert checkpoint == f'{config}.safetensors'
        number = int(config[-1])
        return ModelCosts(2_000_000 * number, 10, 0.5 * number, 0.1 * number, 30.0, 900.0)

    monkeypatch.setattr('mevis.apis.scaling.model_costs.model_costs_apart', costs)

    def started(*arguments):
        monkeypatch.setattr('sys.argv', ['benchmark_models.py', 'clip.mp4', *arguments])
        tool.main()
        return capsys.readouterr().out

    return started


MODELS = ['--model', 'model_1', 'model_1.safetensors', '--model', 'model_2', 'model_2.safetensors']
TEXTS = ['--text', 'one', '--text', 'two']


def test_the_table_gives_milliseconds_per_frame(run):
    first, second = (line for line in run(*MODELS, *TEXTS).splitlines() if 'model_' in line)
    assert [word for word in first.split() if word[0].isdigit()][:3] == ['2.00', '50.0', '10.00']
    assert [word for word in second.split() if word[0].isdigit()][:3] == ['4.00', '100.0', '20.00']


def test_figures_are_given_by_model(run):
    figures = json.loads(run(*MODELS, *TEXTS, '--json'))
    assert figures['model_2']['further_sentence'] == 0.2


def test_one_sentence_is_refused(run):
    with pytest.raises(UserError, match='--text: two sentences or more'):
        run(*MODELS, '--text', 'one')
