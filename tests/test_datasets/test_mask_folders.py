"""Masks to PNG folders and back."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.datasets.mask_folders import export_masks, import_masks
from mevis.errors import UserError
from mevis.testing.tiny_mevis import write_tiny_mevis


@pytest.fixture
def split(tmp_path: Path) -> Path:
    return write_tiny_mevis(tmp_path)


@pytest.mark.parametrize('num_workers', [1, 2])
def test_round_trip(split: Path, tmp_path: Path, num_workers: int):
    out = tmp_path / 'png'
    assert export_masks(split, out, num_workers=num_workers) == 15
    assert len(list(out.glob('*/*/*.png'))) == 15
    back = tmp_path / 'back.json'
    assert import_masks(out, split / 'meta_expressions.json', back, num_workers) == 3
    assert json.loads(back.read_text()) == json.loads((split / 'mask_dict.json').read_text())


def test_by_expression_has_the_form_of_a_submission(split: Path, tmp_path: Path):
    assert export_masks(split, tmp_path / 'png', by='expression') == 27
    both = np.asarray(Image.open(tmp_path / 'png/bird/2/00001.png'))
    parts = [np.asarray(Image.open(tmp_path / f'png/bird/{i}/00001.png')) for i in (0, 1)]
    assert set(np.unique(both)) == {0, 255}
    assert (both == np.maximum(*parts)).all()
    no_target = np.asarray(Image.open(tmp_path / 'png/bird/3/00001.png'))
    assert no_target.shape == (48, 64)
    assert not no_target.any()


def test_interrupted_export_goes_on(split: Path, tmp_path: Path):
    out = tmp_path / 'png'
    export_masks(split, out)
    kept, lost = out / 'bird/0/00000.png', out / 'cat/2/00001.png'
    stamp = kept.stat().st_mtime_ns
    lost.unlink()
    export_masks(split, out)
    assert lost.is_file()
    assert kept.stat().st_mtime_ns == stamp


def test_damage_is_named(split: Path, tmp_path: Path):
    out, meta, back = tmp_path / 'png', split / 'meta_expressions.json', tmp_path / 'back.json'
    export_masks(split, out)
    picture = out / 'bird/1/00002.png'
    Image.fromarray(np.zeros((5, 5), np.uint8)).save(picture)
    with pytest.raises(UserError, match=r'bird.1.00002\.png: size'):
        import_masks(out, meta, back)
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(picture)
    with pytest.raises(UserError, match=r'00002\.png: RGB'):
        import_masks(out, meta, back)
    shutil.rmtree(out / 'bird/1')
    with pytest.raises(UserError, match=r'bird.1.00000\.png'):
        import_masks(out, meta, back)
    assert not back.exists()
