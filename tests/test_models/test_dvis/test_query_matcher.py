import torch

from mevis.models.dvis.frame_queries import FrameQueries
from mevis.models.dvis.query_matcher import QueryMatcher


def test_shuffled_queries_come_back_in_one_order():
    generator = torch.Generator().manual_seed(0)
    shuffles = torch.stack([torch.randperm(5, generator=generator) for _ in range(4)])
    embeds, logits, kernels = (
        torch.randn(5, dims, generator=generator)[shuffles] for dims in (16, 3, 8)
    )
    tracked = QueryMatcher(num_classes=2, embed_dims=16)(FrameQueries(logits, embeds, kernels))
    for values in (tracked.queries.embeds, tracked.queries.logits, tracked.queries.kernels):
        assert torch.equal(values, values[:1].expand_as(values))
    assert torch.equal(tracked.state.reference, embeds[0])
