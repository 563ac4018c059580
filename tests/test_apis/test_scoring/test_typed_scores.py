"""What datasets share that are reported per type of sentence, by those that do."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.apis.scoring.long_rvos_scores import LongRVOSScores, score_long_rvos
from mevis.apis.scoring.revos_scores import ReVOSScores
from mevis.errors import UserError
from mevis.testing.tiny_long_rvos import write_tiny_long_rvos

KEYS = [('a', '0'), ('b', '0'), ('b', '1')]


def test_figures_by_type_and_over_all():
    values = np.asarray([[1, 1, 1, 1], [0.5, 0.3, 0.2, 0.1], [0, 0, 0, 0]])
    scored = LongRVOSScores(KEYS, values, ['static', 'dynamic', ''], [])
    assert list(scored.groups()) == ['all', 'dynamic', 'static']
    figures = scored.figures()
    assert figures['J'] == pytest.approx(50)
    assert figures['J&F'] == pytest.approx(100 * (1.5 + 1.3) / 6)
    assert figures['vIoU/dynamic'] == pytest.approx(10)
    sentences = scored.sentences()
    assert list(sentences) == KEYS
    assert (sentences['b', '0'].tags, sentences['b', '1'].tags) == (['dynamic'], [])
    assert (sentences['b', '0'].tIoU, sentences['b', '0'].robustness) == (0.2, None)


def test_a_figure_that_is_not_known_is_left_out_of_the_file():
    values = np.asarray([[1, 1, 1, np.nan]])
    scored = ReVOSScores(KEYS[:1], values, ['referring'], [])
    assert np.isnan(scored.figures()['R'])
    assert scored.sentences()['a', '0'].robustness is None


def test_it_tells_how_far_it_is_and_refuses_masks_of_another_size(tmp_path: Path):
    tubes = write_tiny_long_rvos(tmp_path)
    for frame in range(6):
        path = tmp_path / f'predictions/boats/0/{frame:05d}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(tubes['1'][frame].astype(np.uint8) * 255).save(path)
        for other in '12':
            copy = tmp_path / f'predictions/boats/{other}/{frame:05d}.png'
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    seen: list[tuple[int, int]] = []
    scored = score_long_rvos(
        tmp_path, tmp_path / 'predictions', on_video=lambda *done: seen.append(done)
    )
    assert seen == [(1, 1)]
    assert scored.values[0].tolist() == [1] * 4
    mask = tmp_path / 'valid/Annotations/boats/2/00000.png'
    Image.new('L', (8, 8), 255).save(mask)
    with pytest.raises(UserError, match=r'boats, expression 1.* Unpack the annotations again'):
        score_long_rvos(tmp_path, tmp_path / 'predictions')
