"""The two graphs of a selector, as PyTorch runs them, choose as the model does."""

import pytest
import torch

from mevis.models.export.selector_graphs import ChoiceGraph, TracksGraph
from mevis.structures import Trajectories
from mevis.structures.trajectories import times_of
from mevis.testing.small_selector import build_small_selector


@pytest.mark.parametrize('temporal_position', [True, False])
@pytest.mark.parametrize('frames', [1, 30])
@torch.no_grad()
def test_graphs_choose_as_the_model(frames, temporal_position):
    model = build_small_selector(temporal_position=temporal_position)
    visible = torch.rand(4, frames) > 0.3
    visible[0], visible[3] = True, False  # one is always there, one never
    corners = torch.rand(4, frames, 2) * 60
    boxes = torch.cat((corners, corners + 5 + 20 * torch.rand(4, frames, 2)), -1)
    boxes, areas = boxes * visible[..., None], 90.0 * visible
    times = times_of(range(frames), frames)
    expected = model.choose(
        model.encode_tracks([Trajectories(boxes, areas, visible, times, (80, 100))]), ['left the']
    )
    encoded = TracksGraph(model)(boxes, areas, times, torch.tensor([80.0, 100.0]))
    ids = torch.tensor([model.text_encoder.tokenize('left the')])
    scores, presence = ChoiceGraph(model)(ids, *encoded)
    there = visible.any(1)
    torch.testing.assert_close(scores[there], expected.tracks[0, 0].sigmoid()[there])
    torch.testing.assert_close(presence, expected.presence[0].sigmoid())
