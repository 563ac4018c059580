import torch

from mevis.models.layers import row_chunks
from mevis.models.layers.row_chunks import over_rows


def test_rows_are_worked_on_in_chunks_and_stay_in_place(monkeypatch):
    monkeypatch.setattr(row_chunks, '_ROWS', 4)
    seen = []

    def add(x, y):
        seen.append(len(x))
        return x + y[:, :1]

    x, y = torch.rand(10, 3), torch.rand(10, 2)
    assert torch.equal(over_rows(add, x, y), x + y[:, :1])
    assert seen == [4, 4, 2]
