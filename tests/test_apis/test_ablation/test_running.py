"""Before the first row runs, all of them are looked at."""

import pytest

from mevis.apis.ablation.plan import Plan, Row
from mevis.apis.ablation.running import AblationRunner
from mevis.errors import UserError


def test_what_would_stop_a_later_row_is_found_before_the_first(repo_root, tmp_path):
    config = str(repo_root / 'configs/mutr_tiny_moving_shapes.py')
    weights = 'mevis::weights/mutr_tiny_moving_shapes.safetensors'
    sound = Row('sound', 'x', config, weights)
    runner = AblationRunner(Plan({'sound': sound}, 'sound'), tmp_path / 'work', repo_root / 'tools')
    runner.check([sound, Row('scratch', 'x', config, None)])
    for row, message in (
        (Row('late', 'x', config, str(tmp_path / 'absent.pth')), 'row late: start: .*absent.pth'),
        (Row('late', 'x', 'absent.py', weights), 'absent.py'),
        (Row('late', 'x', config, weights, options={'model.chunk': 3}), 'chunk'),
    ):
        with pytest.raises(UserError, match=message):
            runner.check([sound, row])
    assert not (tmp_path / 'work').exists()
