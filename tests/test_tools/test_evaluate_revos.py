"""tools/evaluate_revos.py, in this process."""

import json
import math
import runpy
import sys

import numpy as np
import pytest
from PIL import Image

from mevis.apis.scoring.revos_scores import ReVOSScores
from mevis.evaluation.score_file import read_score_file
from mevis.testing.tiny_revos import write_tiny_revos


@pytest.fixture
def run(repo_root, monkeypatch):
    def run_tool(*arguments: object) -> int:
        tool = 'tools/evaluate_revos.py'
        monkeypatch.setattr(sys, 'argv', [tool, *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(repo_root / tool), run_name='__main__')
        return ended.value.code

    return run_tool


@pytest.fixture
def options(tmp_path):
    """Sentence 0 perfect, 1 answered by one of two objects, 2 by what is not there."""
    tubes = write_tiny_revos(tmp_path)
    for exp_id, tube in {'0': tubes['0'], '1': tubes['0'], '2': tubes['0']}.items():
        folder = tmp_path / f'predictions/source/valid/{exp_id}'
        folder.mkdir(parents=True)
        for frame, mask in enumerate(tube):
            Image.fromarray(mask.astype(np.uint8) * 255).save(folder / f'{frame:05d}.png')
    return (
        tmp_path,
        '--predictions',
        tmp_path / 'predictions',
        '--out',
        tmp_path / 'revos.json',
        '--workers',
        1,
    )


def test_figures_per_type(run, options, tmp_path, capsys):
    assert not run(*options)
    written = read_score_file(tmp_path / 'revos.json')
    figures = written.figures
    names = ('J&F', 'J', 'F', 'A', 'R')
    assert [figures[f'{name}/referring'] for name in names] == [100] * 5
    # 168 of 408 pixels in three frames, all in the last; nothing outside of the ground truth.
    similarity = round(100 * (3 * 168 / 408 + 1) / 4, 2)
    assert figures['J/reasoning'] == pytest.approx(similarity)
    assert figures['A/reasoning'] == pytest.approx(round(100 * (1 - 3 / 4 * 240 / 2400), 2))
    assert figures['R/reasoning'] == 100
    assert figures['J'] == pytest.approx((100 + similarity) / 2)
    assert figures['J/hallucination'] == 0
    # All 168 pixels are outside; the foreground is 408 pixels, and 168 in the last frame.
    assert figures['R/hallucination'] == pytest.approx(100 * 3 / 4 * (1 - 168 / 408), abs=0.01)
    assert written.videos['source/valid']['1'].tags == ['reasoning']
    assert written.videos['source/valid']['1'].robustness == 1
    assert 'hallucination' in capsys.readouterr().out


def test_without_the_foreground_there_is_no_robustness(run, options, tmp_path, capsys):
    (tmp_path / 'mask_dict_foreground.json').unlink()
    assert not run(*options)
    figures = read_score_file(tmp_path / 'revos.json').figures
    assert figures['R'] is None
    assert figures['J/referring'] == 100
    assert 'R needs mask_dict_foreground.json' in capsys.readouterr().out


def test_sentences_without_a_type_are_counted(run, options, tmp_path, capsys):
    path = tmp_path / 'meta_expressions_valid_.json'
    content = json.loads(path.read_text())
    del content['videos']['source/valid']['expressions']['1']['type_id']
    path.write_text(json.dumps(content))
    assert not run(*options)
    figures = read_score_file(tmp_path / 'revos.json').figures
    assert figures['J'] == figures['J/referring']
    assert '1 of 3 sentences have no type' in capsys.readouterr().err


def test_the_dataset_and_the_predictions_are_not_replaced(run, options, tmp_path, capsys):
    for name in ('mask_dict.json', 'predictions/source/valid/0/00000.png'):
        before = (tmp_path / name).read_bytes()
        assert run(*options, '--out', tmp_path / name) == 2
        assert 'would replace what is read' in capsys.readouterr().err
        assert (tmp_path / name).read_bytes() == before


def test_damaged_foreground(run, options, tmp_path, capsys):
    path = tmp_path / 'mask_dict_foreground.json'
    content = json.loads(path.read_text())
    content['source/valid']['masks_rle'].pop()
    path.write_text(json.dumps(content))
    assert run(*options) == 2
    assert 'video source/valid: 3 masks for 4 frames' in capsys.readouterr().err


def test_overall_is_the_mean_of_two_types():
    values = np.asarray([[1, 1, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0], [0.33333, 0, 0, 0]])
    types = ['referring', 'referring', 'reasoning', 'hallucination']
    keys = [('a', str(index)) for index in range(4)]
    figures = ReVOSScores(keys, values, types, []).figures()
    assert figures['J'] == 50  # and not two thirds
    assert figures['J/hallucination'] == 33.33
    only = ReVOSScores(keys[:2], values[:2], types[:2], [])
    assert only.figures()['J'] == 100
    assert math.isclose(only.groups()['overall'][0], 2)
