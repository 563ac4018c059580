import pytest
import torch
from torch import nn

from mevis.models.layers import MLP
from mevis.models.mutr.deformable_transformer import DeformableTransformer

SHAPES = [(8, 12), (4, 6)]


@pytest.fixture
def transformer():
    torch.manual_seed(0)
    transformer = DeformableTransformer(
        16, 2, 3, num_heads=2, num_encoder_layers=1, num_decoder_layers=2, feedforward_dims=32
    )
    transformer.init_weights()
    return transformer.eval()


def levels(frames=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    maps = [torch.randn(1, frames, 16, *shape, generator=generator) for shape in SHAPES]
    return maps, [torch.zeros(1, frames, *shape, dtype=torch.bool) for shape in SHAPES]


@torch.no_grad()
def test_frames_are_encoded_one_by_one(transformer):
    maps, masks = levels()
    together = transformer.encode(maps, masks).memory
    for frame in range(3):
        part = slice(frame, frame + 1)
        alone = transformer.encode([x[:, part] for x in maps], [m[:, part] for m in masks]).memory
        torch.testing.assert_close(together[part], alone, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('chunk_size', [1, 2, 5])
@torch.no_grad()
def test_chunks_are_the_whole(transformer, chunk_size):
    maps, masks = levels()
    whole = transformer.encode(maps, masks).memory
    chunked = transformer.encode(maps, masks, chunk_size).memory
    torch.testing.assert_close(chunked, whole, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_a_level_of_the_memory_has_its_cells_in_their_places(transformer):
    maps, masks = levels()
    encoded = transformer.encode(maps, masks)
    level = encoded.levels()[1]
    assert level.shape == (3, 16, 4, 6)
    torch.testing.assert_close(level[1, :, 2, 3], encoded.memory[1, 8 * 12 + 2 * 6 + 3])


@torch.no_grad()
def test_padding_is_not_sampled(transformer):
    maps, masks = levels()
    for mask, count in zip(masks, (4, 2), strict=True):
        mask[..., -count:] = True
    dirty = [x.masked_fill(m[:, :, None], 1e3) for x, m in zip(maps, masks, strict=True)]
    clean, other = (transformer.encode(x, masks) for x in (maps, dirty))
    inside = ~clean.padding_mask
    torch.testing.assert_close(other.memory[inside], clean.memory[inside], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(clean.valid_ratios[0, 0], torch.tensor([8 / 12, 1.0]))


@torch.no_grad()
def test_boxes_are_refined_layer_by_layer(transformer):
    heads = nn.ModuleList(MLP(16, 16, 4, 3) for _ in range(2))
    maps, masks = levels()
    encoded = transformer.encode(maps, masks)
    queries, initial, references = transformer.decode(torch.randn(3, 16), encoded, heads)
    assert queries.shape == (2, 3, 3, 16)
    assert initial.shape == (3, 3, 2)
    assert [tuple(r.shape) for r in references] == [(3, 3, 4)] * 2
    offset = heads[1](queries[1])
    expected = (offset + torch.special.logit(references[0])).sigmoid()
    torch.testing.assert_close(references[1], expected, rtol=1e-4, atol=1e-4)


def test_every_parameter_of_encoder_and_decoder_is_used(transformer):
    heads = nn.ModuleList(MLP(16, 16, 4, 3) for _ in range(2))
    maps, masks = levels()
    encoded = transformer.encode(maps, masks)
    queries, initial, references = transformer.decode(torch.randn(3, 16), encoded, heads)
    (queries.square().sum() + initial.sum()).backward()
    assert [n for n, p in transformer.named_parameters() if p.grad is None] == []


@pytest.mark.parametrize('chunk_size', [1, 2, 5])
@torch.no_grad()
def test_frames_are_decoded_by_themselves(transformer, chunk_size):
    heads = nn.ModuleList(MLP(16, 16, 4, 3) for _ in range(2))
    encoded, sentence = transformer.encode(*levels()), torch.randn(3, 16)
    whole = transformer.decode(sentence, encoded, heads)
    for found, expected in zip(
        transformer.decode(sentence, encoded, heads, chunk_size), whole, strict=True
    ):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
