import pytest

from mevis.apis.scoring.selector_costs import selector_costs
from mevis.datasets.moving_shapes import Recipe, write_split
from mevis.errors import UserError

SELECTOR = 'configs/track_selector_tiny_moving_shapes.py'
WEIGHTS = 'weights/track_selector_tiny_moving_shapes.safetensors'
MINVIS = 'dvis_tiny_moving_shapes_minvis'


def test_stages_are_measured_for_every_number_of_sentences(repo_root, tmp_path):
    write_split(tmp_path, 'valid_u', Recipe(1, 7, 96, 144, 12), 1)
    dvis = [
        str(repo_root / f'configs/{MINVIS}.py'),
        str(repo_root / f'weights/{MINVIS}.safetensors'),
    ]
    options = {'test_dataloader.dataset.data_root': str(tmp_path)}
    selector = (repo_root / SELECTOR, repo_root / WEIGHTS)
    one, three = selector_costs(*selector, dvis, options, 2, [1, 3])
    assert (one['sentences'], three['sentences']) == (1, 3)
    for entry in (one, three):
        assert entry['seconds'] == sum(entry[name] for name in ('tracks', 'encoding', 'answers'))
        assert min(entry.values()) > 0


def test_a_model_that_chooses_no_tracks_is_refused(repo_root, tmp_path):
    write_split(tmp_path, 'valid_u', Recipe(1, 7, 96, 144, 12), 1)
    config = repo_root / 'configs/mutr_tiny_moving_shapes.py'
    options = {'test_dataloader.dataset.data_root': str(tmp_path)}
    with pytest.raises(UserError, match='is no TrackSelector'):
        selector_costs(config, tmp_path / 'w', ['a.py', 'b'], options, 1, [1])
