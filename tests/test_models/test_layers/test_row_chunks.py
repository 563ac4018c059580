import torch
from torch import nn

from mevis.models.layers import row_chunks
from mevis.models.layers.row_chunks import feed_forward, over_rows


def test_rows_are_worked_on_in_chunks_and_stay_in_place(monkeypatch):
    monkeypatch.setattr(row_chunks, '_ROWS', 4)
    seen = []

    def add(x, y):
        seen.append(len(x))
        return x + y[:, :1]

    x, y = torch.rand(10, 3), torch.rand(10, 2)
    assert torch.equal(over_rows(add, x, y), x + y[:, :1])
    assert seen == [4, 4, 2]


@torch.no_grad()
def test_a_feed_forward_leaves_its_input_alone(monkeypatch):
    monkeypatch.setattr(row_chunks, '_ROWS', 5)
    torch.manual_seed(0)
    first, second, norm = nn.Linear(4, 8), nn.Linear(8, 4), nn.LayerNorm(4)
    x = torch.randn(2, 7, 4)
    before = x.clone()
    got = feed_forward(x, first, second, norm)
    torch.testing.assert_close(got, norm(x + second(first(x).relu())))
    torch.testing.assert_close(feed_forward(x, first, second, None), x + second(first(x).relu()))
    assert torch.equal(x, before)
