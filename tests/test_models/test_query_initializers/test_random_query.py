import torch

from mevis.models.query_initializers import RandomQueryInitializer
from mevis.structures import InstanceMasks


def test_it_is_the_same_for_every_clip_and_looks_at_nothing():
    initializer = RandomQueryInitializer(3, 8)

    def encode(images):
        raise AssertionError('the backbone was asked')

    def query(batch, instances):
        levels = [torch.randn(batch, 2, 8, 4, 4)]
        return initializer(levels, instances, encode)

    two = query(2, [None, InstanceMasks([], [], [], (4, 4))])
    assert two.shape == (2, 3, 8)
    torch.testing.assert_close(two[0], two[1])
    torch.testing.assert_close(query(1, [None])[0], initializer.embedding.weight)
