import pytest
import torch

from mevis.models.mutr.fine_levels import fine_levels
from mevis.testing.small_mutr import build_small_mutr, random_clip, video_sample


@pytest.mark.parametrize('padded', [False, True])
@torch.no_grad()
def test_chunks_hold_few_frames_and_are_the_whole(padded):
    model = build_small_mutr()
    clip = random_clip(model, 5)
    mask = torch.zeros(1, 5, 64, 96, dtype=torch.bool)
    mask[..., 64:] = padded
    video = model.encode_clips(clip, mask, [video_sample(5)])
    grounding = model.ground(video, model.encode_text(['the red square']))
    seen = []
    hook = model.pixel_decoder.output_convs[0].register_forward_hook(
        lambda module, inputs, output: seen.append(len(output))
    )
    given = (model.pixel_decoder, model.transformer.position, video, grounding)
    (whole,) = fine_levels(*given)
    chunks = list(fine_levels(*given, chunk_size=2))
    hook.remove()
    assert seen == [5, 2, 2, 1]
    assert whole.shape == (1, 5, 32, 16, 24)
    torch.testing.assert_close(torch.cat(chunks, 1), whole, rtol=1e-4, atol=1e-4)
