"""The two graphs, as PyTorch runs them, answer as the model does."""

import pytest
import torch

from mevis.models.export.mutr_graphs import SentenceGraph, VideoGraph, exportable
from mevis.structures import RefVidSegDataSample
from mevis.testing.small_mutr import build_small_mutr, random_video

SIZE = (64, 96)


@pytest.mark.parametrize(
    'overrides',
    [{}, {'temporal_position': True, 'clip_length': 3}, {'eval_layer': 'last', 'clip_length': 2}]
    + [{'clip_query': 'own', 'clip_length': 3}],
)
@pytest.mark.parametrize('num_frames', [1, 5])
@torch.no_grad()
def test_graphs_answer_as_the_model(overrides, num_frames):
    model = build_small_mutr(**overrides)
    frames, text = random_video(num_frames, SIZE), 'the bird that flies'
    indices = [3 * index for index in range(num_frames)]
    sample = RefVidSegDataSample(
        metainfo=dict(
            frame_indices=indices,
            num_video_frames=30,
            img_shape=SIZE,
            ori_shape=SIZE,
        )
    )
    encoded = model.encode_video(frames, sample)
    plan = encoded.plan
    words = model.encode_text([text]).expand(len(plan.frames))
    expected = model.answer_words(encoded.clips, words)
    scores = expected.scores
    if model.clip_query == 'shared':
        scores = scores.mean(0, keepdim=True).expand_as(scores)
    masks = torch.cat(list(expected.mask_logits(scores.argmax(-1))), 1)

    changed = exportable(model, SIZE)
    times = ()
    if model.time_encoding is not None:
        times = (torch.tensor(indices).float()[plan.frames],)
    features = VideoGraph(changed, SIZE)(frames[plan.frames], *times)
    ids = torch.tensor([model.text_encoder.tokenize(text)])
    found_scores, found_masks = SentenceGraph(changed, SIZE)(ids, *features, *times)
    torch.testing.assert_close(found_scores, expected.scores, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(found_masks, masks, rtol=1e-5, atol=1e-4)


def test_the_model_stays_as_it_was():
    model = build_small_mutr()
    before = {name: type(module) for name, module in model.named_modules()}
    exportable(model, SIZE)
    assert {name: type(module) for name, module in model.named_modules()} == before
    assert model.chunk_size == 8
