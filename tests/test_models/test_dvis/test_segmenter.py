import torch


@torch.no_grad()
def test_frames_are_independent_of_each_other(make_dvis, video):
    model = make_dvis('minvis')
    frames = model.prepare(video[:3])
    together, features = model.segmenter(frames)
    alone, own_features = model.segmenter(frames[1:2])
    torch.testing.assert_close(together.embeds[1:2], alone.embeds, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(together.logits[1:2], alone.logits, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(features[1:2], own_features, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_mask_features_alone_are_those_of_the_whole(make_dvis, video):
    model = make_dvis('minvis')
    frames = model.prepare(video[:2])
    assert frames.shape[-2:] == (64, 96)
    _, features = model.segmenter(frames)
    assert torch.equal(model.segmenter.mask_features(frames), features)
