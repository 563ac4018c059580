"""What must hold of MUTR whatever its weights are; equality with the official one is apart."""

import weakref
from collections import Counter

import pytest
import torch

from mevis.errors import UserError
from mevis.testing.small_mutr import build_small_mutr, random_clip, random_video, video_sample

TEXTS = ['the red square', 'bird', 'a dog that runs left and comes back', 'left', 'right', 'up']


@pytest.fixture(scope='module')
def model():
    return build_small_mutr()


@torch.no_grad()
def answer(model, clips, samples, texts, padding_mask=None):
    """Logits, boxes and masks of one sentence per clip."""
    if padding_mask is None:
        padding_mask = torch.zeros(*clips.shape[:2], *clips.shape[-2:], dtype=torch.bool)
    video = model.encode_clips(clips, padding_mask, samples)
    found = model.answer_words(video, model.encode_text(texts))
    return found.pred_logits, found.pred_boxes, torch.cat(list(found.all_mask_logits()), 1)


def assert_close(got, wanted, tolerance=2e-5):
    for one, other in zip(got, wanted, strict=True):
        assert one.shape == other.shape
        assert (one - other).abs().max() <= tolerance * other.abs().max()


def rle_of(sample):
    return [[rle['counts'] for rle in prediction.rles] for prediction in sample.predictions]


def test_a_batch_of_two_is_two_of_one(model):
    clips = torch.cat([random_clip(model, 3, seed) for seed in (0, 1)])
    samples, texts = [video_sample(3), video_sample(3)], TEXTS[:2]
    together = answer(model, clips, samples, texts)
    for index in range(2):
        alone = answer(model, clips[index : index + 1], samples[:1], [texts[index]])
        assert_close([part[index : index + 1] for part in together], alone)
    assert not torch.allclose(together[2][0], together[2][1], rtol=0.01)


class PatchBackbone(torch.nn.Module):
    """Each cell sees its own pixels only, and nothing where there is nothing."""

    def __init__(self):
        super().__init__()
        self.mix = torch.nn.ModuleList(
            torch.nn.Conv2d(3, channels, 1, bias=False) for channels in (8, 16, 32, 64)
        )

    def forward(self, images):
        pooled = (torch.nn.functional.avg_pool2d(images, 2**n) for n in (2, 3, 4, 5))
        return [mix(level) for mix, level in zip(self.mix, pooled, strict=True)]


def test_padding_of_pixels_changes_nothing_inside():
    """What the queries find does not depend on how far a frame was padded.

    Convolutions over a border and group norms over a whole map see the padding, in the official
    code too, so here the backbone has none of the first and the projections none of the second.
    """
    model = build_small_mutr()
    torch.manual_seed(0)
    model.backbone = PatchBackbone()
    for projection in model.level_projection.projections:
        projection[1] = torch.nn.Identity()
    clip, sample = random_clip(model, 3), video_sample(3)

    def padded(height, width):
        wide = torch.zeros(1, 3, 3, height, width)
        wide[..., :64, :96] = clip
        mask = torch.ones(1, 3, height, width, dtype=torch.bool)
        mask[..., :64, :96] = False
        return answer(model, wide, [sample], TEXTS[:1], mask)[:2]

    alone = padded(64, 96)
    assert_close(padded(128, 192), alone)
    assert_close(padded(64, 256), alone)
    # The test can fail: without its mask the padding is seen.
    blind = torch.zeros(1, 3, 3, 128, 192)
    blind[..., :64, :96] = clip
    seen = answer(model, blind, [sample], TEXTS[:1])
    assert (seen[0] - alone[0]).abs().max() > 1e-3


def test_padding_is_not_read_by_attention(model):
    """Whatever stands in the padding of the deepest levels stays there."""
    clip, sample = random_clip(model, 2), video_sample(2)
    wide = torch.zeros(1, 2, 3, 64, 192)
    wide[..., :96] = clip
    mask = torch.ones(1, 2, 64, 192, dtype=torch.bool)
    mask[..., :96] = False
    video = model.encode_clips(wide, mask, [sample])
    words = model.encode_text(TEXTS[:1])
    with torch.no_grad():
        clean = model.temporal_aggregation(words, video.levels, video.masks)
        dirty = [
            level.masked_fill(m[:, :, None], 100.0)
            for level, m in zip(video.levels, video.masks, strict=True)
        ]
        assert any(m.any() for m in video.masks)
        torch.testing.assert_close(
            model.temporal_aggregation(words, dirty, video.masks), clean, rtol=1e-5, atol=1e-5
        )
        encode = model.transformer.encode
        inside = ~encode(dirty, video.masks).padding_mask
        a = encode(dirty, video.masks).memory[inside]
        b = encode(video.levels, video.masks).memory[inside]
    torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)


def test_padding_of_words_changes_nothing(model):
    clips = torch.cat([random_clip(model, 2, 0)] * 2)
    samples = [video_sample(2), video_sample(2)]
    short_with_long = answer(model, clips, samples, ['bird', TEXTS[2]])
    short_alone = answer(model, clips[:1], samples[:1], ['bird'])
    assert_close([part[:1] for part in short_with_long], short_alone)


def test_frames_of_padding_change_nothing_that_they_need_not(model):
    """MTI pads to whole windows; what it pads with must not reach the video query."""
    queries = torch.randn(2, 5, 3, 32, generator=torch.Generator().manual_seed(0))
    initial = torch.zeros(2, 3, 32)
    interaction = model.temporal_interaction
    with torch.no_grad():
        wanted = interaction(queries, initial)
        window_encoder = type(interaction.encoder[0]).forward

        def poisoned(layer, tokens, padding, position, shifted):
            tokens = tokens.masked_fill(padding[None, :, None, None], 50.0)
            return window_encoder(layer, tokens, padding, position, shifted)

        for layer in interaction.encoder:
            layer.forward = poisoned.__get__(layer)
        try:
            got = interaction(queries, initial)
        finally:
            for layer in interaction.encoder:
                del layer.forward
    torch.testing.assert_close(got, wanted, rtol=1e-5, atol=1e-5)


def test_one_frame_works(model):
    logits, boxes, masks = answer(model, random_clip(model, 1), [video_sample(1)], TEXTS[:1])
    assert logits.shape == (1, 3, 1)
    assert boxes.shape == (1, 1, 3, 4)
    assert masks.shape == (1, 1, 3, 16, 24)
    assert all(part.isfinite().all() for part in (logits, boxes, masks))


def test_eight_sentences_call_the_backbone_once(model):
    texts = [f'{text} {number}' for number in range(2) for text in TEXTS[:4]]
    sample = video_sample(4, texts=texts)
    calls = Counter()

    def count(name):
        return lambda *_: calls.update([name])

    parts = dict(
        backbone=model.backbone,
        projection=model.level_projection,
        initializer=model.query_initializer,
        transformer=model.transformer.encoder,
    )
    hooks = [part.register_forward_hook(count(name)) for name, part in parts.items()]
    with torch.no_grad():
        model([random_video(4)], [sample], mode='predict')
    for hook in hooks:
        hook.remove()
    assert len(sample.predictions) == 8
    assert calls == dict(backbone=1, projection=1, initializer=1, transformer=8)


def test_eight_sentences_are_answered_as_each_alone(model):
    video, texts = random_video(3), TEXTS[:3]
    together = video_sample(3, texts=texts)
    with torch.no_grad():
        model([video], [together], mode='predict')
        for text, prediction in zip(texts, together.predictions, strict=True):
            alone = video_sample(3, texts=[text])
            model([video], [alone], mode='predict')
            assert alone.predictions[0].score == pytest.approx(prediction.score, abs=1e-6)
            assert rle_of(alone)[0] == [rle['counts'] for rle in prediction.rles]


@pytest.mark.parametrize('chunk_size', [1, 2, 3])
def test_chunks_change_no_result(model, chunk_size):
    clip, sample = random_clip(model, 5), video_sample(5)
    whole = answer(model, clip, [sample], TEXTS[:1])
    model.chunk_size = chunk_size
    try:
        chunked = answer(model, clip, [sample], TEXTS[:1])
    finally:
        model.chunk_size = 8
    assert_close(chunked, whole)


def test_chunks_bound_what_is_held_at_once(model):
    """No stage that is per frame sees more frames than a chunk."""
    model.chunk_size = 2
    seen = Counter()

    def most(name, frames_of):
        def hook(module, inputs, output):
            seen[name] = max(seen[name], frames_of(output))

        return hook

    hooks = [
        model.backbone.register_forward_hook(most('backbone', lambda out: len(out[0]))),
        model.transformer.encoder.register_forward_hook(most('encoder', len)),
        model.pixel_decoder.output_convs[0].register_forward_hook(most('features', len)),
    ]
    try:
        with torch.no_grad():
            model([random_video(7)], [video_sample(7)], mode='predict')
    finally:
        model.chunk_size = 8
        for hook in hooks:
            hook.remove()
    assert seen == dict(backbone=2, encoder=2, features=2)


def test_first_layers_heads_meet_the_last_layers_queries(model):
    """``eval_layer='first'``: as official figures were made, by hand."""
    clip = random_clip(model, 3)
    mask = torch.zeros(1, 3, 64, 96, dtype=torch.bool)
    with torch.no_grad():
        video = model.encode_clips(clip, mask, [video_sample(3)])
        words = model.encode_text(TEXTS[:1])
        for layer, name in ((0, 'first'), (1, 'last')):
            model.eval_layer = name
            found = model.answer_words(video, words)
            query, grounding = found.grounding.video_queries[-1], found.grounding
            torch.testing.assert_close(found.pred_logits, model.class_heads[layer](query))
            torch.testing.assert_close(found.pred_boxes, model.boxes(grounding, layer))
            masks = torch.cat(list(found.all_mask_logits()), 1)
            (level,) = model.fine_levels(video, grounding)
            expected = model.mask_head(
                model.pixel_decoder.mask_features(level.flatten(0, 1))[None],
                model.mask_head.kernels(query),
                grounding.references[layer + 1][..., :2],
                video.image_sizes,
            )
            assert_close([masks], [expected])
        model.eval_layer = 'first'
    assert len(found.grounding.video_queries) == 1


def test_first_and_last_answer_differently(model):
    clip, samples = random_clip(model, 3), [video_sample(3)]
    first = answer(model, clip, samples, TEXTS[:1])
    model.eval_layer = 'last'
    try:
        last = answer(model, clip, samples, TEXTS[:1])
    finally:
        model.eval_layer = 'first'
    assert all((a - b).abs().max() > 1e-3 for a, b in zip(first, last, strict=True))


def test_another_eval_layer_is_refused():
    with pytest.raises(ValueError, match='neither "first" nor "last"'):
        build_small_mutr(eval_layer='middle')


def test_a_backbone_s_own_levels_are_not_kept(model):
    """In chunks, only what is projected stays; see join_levels."""
    held = []
    model.chunk_size = 2

    def note(module, inputs, output):
        held.append([weakref.ref(level) for level in output])

    hook = model.backbone.register_forward_hook(note)
    try:
        with torch.no_grad():
            video = model.encode_video(random_video(6), video_sample(6))
    finally:
        model.chunk_size = 8
        hook.remove()
    assert len(held) == 3
    assert not any(level() is not None for chunk in held for level in chunk)
    assert video.clips.finest.shape == (1, 6, 16, 24, 32)


def test_masks_of_all_queries_are_kept_if_asked_for(model):
    keeping = build_small_mutr(keep_candidates=True)
    kept, alone = video_sample(2, texts=TEXTS[:2]), video_sample(2, texts=TEXTS[:2])
    with torch.no_grad():
        keeping([random_video(2)], [kept], mode='predict')
        model([random_video(2)], [alone], mode='predict')
    for answer_, other in zip(kept.predictions, alone.predictions, strict=True):
        assert other.candidates == ()
        assert (answer_.score, answer_.rles) == (other.score, other.rles)
        assert len(answer_.candidates) == 3
        assert len({one.score for one in answer_.candidates}) == 3
        best = max(answer_.candidates, key=lambda one: one.score)
        assert best.score == pytest.approx(answer_.score, abs=1e-6)
        assert best.rles == answer_.rles
    with pytest.raises(UserError, match=r'model\.keep_candidates and model\.windows'):
        build_small_mutr(keep_candidates=True, windows=dict(length=4, overlap=1))
