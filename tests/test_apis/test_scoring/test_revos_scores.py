"""ReVOS, beside what the official script gave on our data."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.apis.scoring.revos_scores import ReVOSScores, score_revos
from mevis.structures import decode_rle

TYPES = {'referring': 'referring', 'reasoning': 'reason', 'overall': 'overall'}
"""Our names of the groups -> those of the script."""


@pytest.fixture(scope='module')
def recorded(repo_root: Path) -> dict:
    """Three videos of our own, one of them not predicted; figures of ``eval_revos.py`` of VISA.

    Twice: with predictions written as PNGs of 0 and 1, and of 0 and 255.
    """
    return json.loads((repo_root / 'tests/data/revos/official.json').read_text())


@pytest.fixture(scope='module')
def scored(recorded: dict, tmp_path_factory: pytest.TempPathFactory) -> ReVOSScores:
    root = tmp_path_factory.mktemp('revos')
    size = tuple(recorded['size'])
    meta = {'videos': recorded['videos']}
    (root / 'meta_expressions_valid_.json').write_text(json.dumps(meta))
    for name in ('mask_dict', 'mask_dict_foreground'):
        (root / f'{name}.json').write_text(json.dumps(recorded[name]))
    for video, content in recorded['videos'].items():
        folder = root / 'JPEGImages' / video
        folder.mkdir(parents=True)
        for frame in content['frames']:
            Image.new('RGB', size[::-1]).save(folder / f'{frame}.jpg')
        for exp_id, rles in recorded['predictions'].get(video, {}).items():
            folder = root / 'predictions' / video / exp_id
            folder.mkdir(parents=True)
            for frame, mask in zip(content['frames'], decode_rle(rles, size), strict=True):
                Image.fromarray(mask.astype(np.uint8) * 255).save(folder / f'{frame}.png')
    return score_revos(root, root / 'predictions')


def test_figures_are_the_official_ones(recorded: dict, scored: ReVOSScores):
    official, found = recorded['official']['1']['figures'], scored.figures()
    for ours, theirs in TYPES.items():
        suffix = '' if ours == 'overall' else f'/{ours}'
        for metric in ('J', 'F', 'A', 'R'):
            assert found[f'{metric}{suffix}'] == pytest.approx(official[theirs][metric], abs=1e-10)
        assert found[f'J&F{suffix}'] == pytest.approx(official[theirs]['JF'], abs=1e-10)
    assert scored.missing == ['other/unanswered']


def test_so_are_those_of_each_sentence(recorded: dict, scored: ReVOSScores):
    official = recorded['official']['1']['sentences']
    assert len(official) == len(scored.keys) == 18
    assert set(scored.types) == {'referring', 'reasoning', 'hallucination'}
    for (video, exp_id), row in zip(scored.keys, scored.values, strict=True):
        wanted = [official[f'{video}/{exp_id}'][metric] for metric in 'JFAR']
        assert np.round(100 * row, 2).tolist() == pytest.approx(wanted, abs=1e-10)


def test_the_script_reads_the_values_of_png_files(recorded: dict, scored: ReVOSScores):
    """Of PNGs of 0 and 255 J and F are the same; A and R of the script measure something else."""
    ones, bytes_ = (recorded['official'][value]['figures'] for value in ('1', '255'))
    for group in TYPES.values():
        assert ones[group]['J'] == bytes_[group]['J']
        assert ones[group]['F'] == bytes_[group]['F']
        assert ones[group]['A'] > bytes_[group]['A']
        assert ones[group]['R'] > bytes_[group]['R']
    # A perfect prediction: no pixel of the object equals the ground truth, which is 1.
    perfect = recorded['official']['255']['sentences']['source/one/5']
    rles = recorded['predictions']['source/one']['5']
    background = 1 - decode_rle(rles, tuple(recorded['size'])).mean()
    assert perfect['A'] == pytest.approx(100 * background, abs=0.005)
    assert scored.values[scored.keys.index(('source/one', '5'))].tolist() == [1] * 4
