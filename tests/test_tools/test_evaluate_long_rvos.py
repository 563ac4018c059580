"""tools/evaluate_long_rvos.py, in this process."""

import runpy
import sys

import numpy as np
import pytest
from PIL import Image

from mevis.evaluation.score_file import read_score_file
from mevis.testing.tiny_long_rvos import write_tiny_long_rvos


@pytest.fixture
def run(repo_root, monkeypatch):
    def run_tool(*arguments: object) -> int:
        tool = 'tools/evaluate_long_rvos.py'
        monkeypatch.setattr(sys, 'argv', [tool, *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(repo_root / tool), run_name='__main__')
        return ended.value.code

    return run_tool


def test_figures_per_type(run, tmp_path, capsys):
    tubes = write_tiny_long_rvos(tmp_path)
    late = tubes['1'].copy()
    late[:3] = False  # half of the frames, perfect where it is found
    answers = {'0': tubes['1'], '1': np.ones_like(tubes['2']) & tubes['2'][:1], '2': late}
    for exp_id, tube in answers.items():
        folder = tmp_path / f'predictions/boats/{exp_id}'
        folder.mkdir(parents=True)
        for frame, mask in enumerate(tube):
            Image.fromarray(mask.astype(np.uint8) * 255).save(folder / f'{frame:05d}.png')
    out = tmp_path / 'long.json'
    options = ('--predictions', tmp_path / 'predictions', '--out', out, '--workers', 1)
    assert not run(tmp_path, *options)
    written = read_score_file(out)
    figures = written.figures
    assert [figures[f'{name}/static'] for name in ('J&F', 'J', 'F', 'tIoU', 'vIoU')] == [100] * 5
    # Still answered in the two frames from which the object is gone.
    assert figures['tIoU/dynamic'] == figures['vIoU/dynamic'] == pytest.approx(100 * 4 / 6)
    assert figures['tIoU/static+dynamic'] == figures['J/static+dynamic'] == 50
    assert figures['vIoU'] == pytest.approx((100 + 400 / 6 + 50) / 3)
    sentence = written.videos['boats']['1']
    assert (sentence.tags, sentence.tIoU) == (['dynamic'], pytest.approx(4 / 6))
    assert len(written.videos['boats']) == 3
    assert 'static+dynamic' in capsys.readouterr().out


def test_predictions_of_another_split_are_an_error(run, tmp_path, capsys):
    write_tiny_long_rvos(tmp_path)
    (tmp_path / 'predictions/other/0').mkdir(parents=True)
    assert run(tmp_path, '--predictions', tmp_path / 'predictions') == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert 'holds none of the 1 videos of valid' in line
