import torch


@torch.no_grad()
def test_it_stays_in_full_precision_under_autocast(make_dvis, video):
    model = make_dvis('minvis')
    frames = model.prepare(video[:1])
    with torch.autocast('cpu', torch.bfloat16):
        levels = model.segmenter.backbone(frames)
        features, scales = model.segmenter.head.pixel_decoder(levels)
    assert levels[0].dtype == torch.bfloat16
    assert features.dtype == scales[0].dtype == torch.float32
    expected = model.segmenter.head.pixel_decoder([level.float() for level in levels])[0]
    assert torch.equal(features, expected)
