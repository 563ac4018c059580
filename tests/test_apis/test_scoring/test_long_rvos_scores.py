"""Long-RVOS, beside what the official scripts gave on our data."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.apis.scoring.long_rvos_scores import LongRVOSScores, score_long_rvos
from mevis.structures import decode_rle

SCRIPTS = {'static': 'static', 'dynamic': 'dynamic', 'static+dynamic': 'hybrid'}
"""Type of sentence -> the script that scores it."""


@pytest.fixture(scope='module')
def recorded(repo_root: Path) -> dict:
    """Three videos of our own, one not predicted; per script the scores of its sentences."""
    return json.loads((repo_root / 'tests/data/long_rvos/official.json').read_text())


def write_masks(folder: Path, frames: list[str], masks: np.ndarray, empty: bool) -> None:
    """One PNG per frame, of empty masks too if ``empty``."""
    folder.mkdir(parents=True)
    for frame, mask in zip(frames, masks, strict=True):
        if empty or mask.any():
            Image.fromarray(mask.astype(np.uint8) * 255).save(folder / f'{frame}.png')


def test_figures_are_the_official_ones(recorded: dict, tmp_path: Path):
    size, root = tuple(recorded['size']), tmp_path / 'valid'
    for video, content in recorded['videos'].items():
        frames = content['frames']
        (root / 'JPEGImages' / video).mkdir(parents=True)
        for frame in frames:
            Image.new('RGB', size[::-1]).save(root / f'JPEGImages/{video}/{frame}.jpg')
        for key, rles in recorded['annotations'][video].items():
            masks = decode_rle(rles, size)
            write_masks(root / f'Annotations/{video}/{key}', frames, masks, False)
        for exp_id, rles in recorded['predictions'].get(video, {}).items():
            masks = decode_rle(rles, size)
            write_masks(tmp_path / f'predictions/{video}/{exp_id}', frames, masks, True)
    (root / 'meta_expressions.json').write_text(json.dumps({'videos': recorded['videos']}))

    scored = score_long_rvos(tmp_path, tmp_path / 'predictions')
    assert scored.missing == ['unanswered']
    official: dict[str, list[float]] = {}
    for kind, script in SCRIPTS.items():
        scores = recorded['official'][script]
        official |= scores
        means = np.mean(list(scores.values()), 0)
        for metric, value in zip(LongRVOSScores.FIELDS, means, strict=True):
            assert scored.figures()[f'{metric}/{kind}'] == pytest.approx(100 * value, abs=1e-10)
    assert len(official) == len(scored.keys) == 15
    for (video, exp_id), row in zip(scored.keys, scored.values.tolist(), strict=True):
        assert row == pytest.approx(official[f'{video}_{exp_id}'], abs=1e-12)
    overall = dict(
        zip(LongRVOSScores.FIELDS, 100 * np.mean(list(official.values()), 0), strict=True)
    )
    for metric, value in overall.items():
        assert scored.figures()[metric] == pytest.approx(value, abs=1e-10)
    both = (overall['J'] + overall['F']) / 2
    assert scored.figures()['J&F'] == pytest.approx(both, abs=1e-10)
