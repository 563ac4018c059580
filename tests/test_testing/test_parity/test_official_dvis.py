"""The checkouts are found, and what is absent is named; tools/analysis/record_dvis.py runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

from mevis.errors import UserError
from mevis.testing.parity.official_dvis import find_official


def checkouts(parent: Path) -> tuple[Path, Path]:
    dvis, detectron2 = parent / 'DVIS', parent / 'detectron2'
    for path in (
        dvis / 'dvis/meta_architecture.py',
        detectron2 / 'detectron2/modeling/meta_arch/build.py',
    ):
        path.parent.mkdir(parents=True)
        path.touch()
    return dvis, detectron2


@pytest.mark.parametrize('named', ['.', 'DVIS', 'detectron2'])
def test_checkouts_are_found_in_a_folder_or_beside_it(tmp_path, named):
    expected = checkouts(tmp_path)
    assert find_official(tmp_path / named) == list(expected)


@pytest.mark.parametrize('absent', ['DVIS', 'detectron2'])
def test_a_missing_checkout_is_named(tmp_path, absent):
    checkouts(tmp_path / 'all')
    (tmp_path / 'not/beside').mkdir(parents=True)
    (tmp_path / 'all' / absent).rename(tmp_path / 'not/beside' / absent)
    with pytest.raises(UserError, match=rf'/{absent} there; it need not be compiled'):
        find_official(tmp_path / 'all')


def test_a_missing_package_is_named_with_those_that_are_needed(tmp_path):
    dvis, _ = checkouts(tmp_path)
    (dvis / 'dvis/__init__.py').write_text('import no_such_package\n')
    code = f"""
from mevis.testing.parity.official_dvis import import_official
import_official({str(tmp_path)!r})
"""
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert 'needs no_such_package. Install into a folder on PYTHONPATH' in done.stderr


def test_stand_ins_leave_installed_modules_alone(tmp_path):
    dvis, _ = checkouts(tmp_path)
    (tmp_path / 'site/panopticapi').mkdir(parents=True)
    (tmp_path / 'site/panopticapi/__init__.py').write_text('installed = True\n')
    (dvis / 'dvis/__init__.py').write_text(
        'import MultiScaleDeformableAttention as compiled, panopticapi\n'
        'print(getattr(panopticapi, "installed", False), compiled.__name__)\n'
    )
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path / 'site')!r})
from mevis.testing.parity.official_dvis import import_official
import_official({str(tmp_path)!r})
"""
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert done.stdout.split() == ['True', 'MultiScaleDeformableAttention'], done.stderr
