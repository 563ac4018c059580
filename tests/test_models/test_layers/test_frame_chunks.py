import pytest
import torch

from mevis.models.layers import over_frames


@pytest.mark.parametrize('chunk_size', [None, 1, 2, 5, 9])
def test_chunks_are_joined_in_order(chunk_size):
    x, y = torch.randn(2, 5, 3), torch.randn(2, 5, 4)
    seen = []

    def function(a, nothing, b):
        assert nothing is None
        seen.append(a.shape[1])
        return torch.cat((a, b), -1)

    joined = over_frames(function, chunk_size, x, None, y)
    torch.testing.assert_close(joined, torch.cat((x, y), -1))
    assert max(seen) <= (chunk_size or 5)
    assert sum(seen) == 5
