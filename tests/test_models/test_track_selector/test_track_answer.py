import pytest
import torch

from mevis.models.track_selector import choose_tracks


@pytest.mark.parametrize(
    ('scores', 'presence', 'chosen'),
    [
        ([0.9, 0.2, 0.6], 0.9, [True, False, True]),
        ([0.3, 0.4, 0.1], 0.9, [False, True, False]),
        ([0.3, 0.4, 0.1], 0.2, [False, False, False]),
        ([], 0.9, []),
    ],
)
def test_all_above_the_threshold_or_the_best_if_something_is_there(scores, presence, chosen):
    assert choose_tracks(torch.tensor(scores), presence, 0.5).tolist() == chosen
