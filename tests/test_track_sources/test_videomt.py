"""VidEoMT of random weights: a query is a track, chunks change nothing."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mevis.errors import UserError
from mevis.registry import TRACK_SOURCES

SIZE = (50, 70)


@pytest.fixture
def folder(videomt_folder: str) -> str:
    return videomt_folder


def source(folder: str, **arguments):
    return TRACK_SOURCES.build(dict(type='VidEoMTTracks', weights=folder, **arguments))


def test_tracks_are_the_queries_of_the_library(folder, make_video):
    from transformers import VideomtForUniversalSegmentation, VideomtVideoProcessor

    model = VideomtForUniversalSegmentation.from_pretrained(folder).eval()
    processor = VideomtVideoProcessor(size={'height': 64, 'width': 64})
    pixels = processor(
        videos=[make_video(5).read(range(5))], return_tensors='pt'
    ).pixel_values_videos
    with torch.no_grad():
        output = model(pixel_values_videos=pixels)
    scores, labels = output.class_queries_logits.mean(0).softmax(-1)[:, :-1].max(-1)
    best = scores.argsort(descending=True)[:4]
    masks = F.interpolate(output.masks_queries_logits, SIZE, mode='bilinear') > 0
    tracks = source(folder, num_instances=4)(make_video(5))
    assert torch.allclose(torch.tensor(tracks.scores), scores[best], atol=1e-6)
    assert tracks.categories == labels[best].tolist()
    found = tracks.decode(range(5))
    differing = (found != masks[:, best].transpose(0, 1)).float().mean()
    assert differing < 1e-3
    assert 0.01 < found.float().mean() < 0.99


def test_chunks_change_nothing(folder, make_video):
    whole = source(folder, chunk_size=99)(make_video(5))
    for chunk_size in (1, 2):
        parts = source(folder, chunk_size=chunk_size)(make_video(5))
        assert np.allclose(parts.scores, whole.scores, atol=1e-5)
        assert (parts.decode(range(5)) != whole.decode(range(5))).float().mean() < 1e-3


def test_unsure_tracks_are_left_out(folder, make_video):
    scores = source(folder)(make_video(5)).scores
    threshold = (scores[2] + scores[3]) / 2
    assert source(folder, min_score=threshold)(make_video(5)).scores == scores[:3]
    assert len(source(folder, min_score=1.0)(make_video(5))) == 0


def test_a_folder_that_is_none(tmp_path, folder, make_video):
    plug = source(str(tmp_path / 'absent'))
    with pytest.raises(UserError, match=r'absent: no config\.json and no .*tue-mps/videomt'):
        plug(make_video(5))
    from transformers import ViTConfig, ViTModel

    small = ViTConfig(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    ViTModel(small).save_pretrained(tmp_path / 'other')
    with pytest.raises(UserError, match=r'other: .*tue-mps/videomt'):
        source(str(tmp_path / 'other'))(make_video(5))
