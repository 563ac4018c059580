import pytest
import torch

from mevis.models.layers.batch_items import batch_of, items_of


@pytest.mark.parametrize('count', [1, 3])
def test_a_batch_is_its_items(count):
    batch = torch.randn(count, 2, 4)
    items = items_of(batch)
    assert len(items) == count
    assert all(torch.equal(item, batch[i]) for i, item in enumerate(items))
    assert torch.equal(batch_of(items), batch)


def test_one_item_is_no_copy():
    batch = torch.randn(1, 2, 4)
    assert batch_of(items_of(batch)).data_ptr() == batch.data_ptr()
