import torch

from mevis.models.mutr.pixel_decoder import CrossModalPixelDecoder
from mevis.models.mutr.word_features import WordFeatures


def level(frames=2, size=(6, 9)):
    return torch.randn(1, frames, 16, *size, generator=torch.Generator().manual_seed(0))


def words():
    values = torch.randn(1, 3, 16, generator=torch.Generator().manual_seed(1))
    return WordFeatures(values, torch.zeros(1, 3, dtype=torch.bool), torch.zeros_like(values))


@torch.no_grad()
def test_chunks_are_the_whole():
    torch.manual_seed(0)
    decoder = CrossModalPixelDecoder(8, 16, 4, 2, 32)
    decoder.init_weights()
    decoder.eval()
    sizes = [(8, 12), (4, 6), (2, 3)]
    memory = [level(3, size) for size in sizes]
    positions = [torch.zeros_like(one) for one in memory]
    masks = [torch.zeros(1, 3, *size, dtype=torch.bool) for size in sizes]
    finest = torch.randn(1, 3, 8, 16, 24)
    mask, position = torch.zeros(1, 3, 16, 24, dtype=torch.bool), torch.zeros(1, 3, 16, 16, 24)

    def decode(chunk_size):
        lateral = decoder.lateral(0, finest)
        tokens = decoder.look_at_frames(lateral, position, mask, chunk_size)
        attended = decoder.look_at_memory(memory, positions, masks, chunk_size)
        levels = []
        for start in range(0, 3, chunk_size or 3):
            part = slice(start, start + (chunk_size or 3))
            given = [[x[:, part] for x in one] for one in (memory, positions, attended)]
            coarser = decoder.top_down(*given, words())
            levels.append(decoder.finish(tokens[:, part], position[:, part], coarser, words()))
        return torch.cat(levels, 1)

    whole = decode(None)
    assert whole.shape == (1, 3, 16, 16, 24)
    torch.testing.assert_close(decode(1), whole, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(decode(2), whole, rtol=1e-4, atol=1e-4)
