import numpy as np
import pytest
import torch

from mevis.refiners.sam2_model import load_sam2
from mevis.refiners.sam2_tracking import FramesOnDemand, SharedFeatures, Track, in_both_directions

SIZE = (40, 60)
CPU = torch.device('cpu')


@pytest.fixture(scope='module')
def models(sam2_folder):
    return load_sam2(sam2_folder).eval()


def video(number=30, seed=0):
    rng = np.random.default_rng(seed)
    still = rng.integers(0, 256, (*SIZE, 3))
    frames = [np.roll(still, 2 * t, 1) + rng.integers(-20, 20, still.shape) for t in range(number)]
    return np.clip(frames, 0, 255).astype(np.uint8)


def square(left, top=10):
    mask = np.zeros(SIZE, bool)
    mask[top : top + 15, left : left + 20] = True
    return mask


def by_the_library(models, frames, prompt_frame, prompt):
    """Everything as its documentation says, all frames and all memories kept."""
    processor = models.processor
    session = processor.init_video_session(video=list(frames))
    processor.add_inputs_to_inference_session(
        session, frame_idx=prompt_frame, obj_ids=[0], **prompt
    )
    models.video(session, frame_idx=prompt_frame)
    found = {}
    for reverse in (False, True):
        for out in models.video.propagate_in_video_iterator(
            session, start_frame_idx=prompt_frame, reverse=reverse
        ):
            logits = processor.post_process_masks(
                [out.pred_masks], original_sizes=[list(SIZE)], binarize=False
            )
            found[out.frame_idx] = logits[0][0, 0].numpy()
    return np.stack([found[t] for t in range(len(frames))])


def by_us(models, frames, prompts, max_frames=4):
    demand = FramesOnDemand(lambda i: frames[list(i)], len(frames), models.processor)
    features = SharedFeatures(CPU, max_frames)
    tracks = [Track(models, demand, SIZE, features, frame, dict(p)) for frame, p in prompts]
    spans = [(frame, 0, len(frames) - 1) for frame, _ in prompts]
    found = np.zeros((len(prompts), len(frames), *SIZE), np.float32)
    for frame, index, last_use in in_both_directions(spans, len(frames)):
        found[index, frame] = tracks[index].step(frame).numpy()
        if last_use:
            features.forget(frame)
    return found, tracks, features


PROMPTS = [
    (12, {'input_masks': square(20)}),
    (0, {'input_points': [[[[30.0, 15.0], [2.0, 2.0]]]], 'input_labels': [[[1, 0]]]}),
    (29, {'input_boxes': [[[5.0, 8.0, 30.0, 30.0]]]}),
]


def test_tracks_are_those_of_the_library_left_to_itself(models):
    frames = video()
    found, _, _ = by_us(models, frames, PROMPTS)
    for row, (frame, prompt) in enumerate(PROMPTS):
        expected = by_the_library(models, frames, frame, dict(prompt))
        assert (found[row] == expected).all()
        assert len({mask.tobytes() for mask in expected}) > 3  # it does follow something


def test_memory_is_used_and_what_is_forgotten_is_not(models, monkeypatch):
    """Without its memories the model answers otherwise, so the comparison above says something."""
    frames = video()
    expected, _, _ = by_us(models, frames, PROMPTS[:1])
    seen = models.video._gather_memory_frame_outputs

    def only_the_prompt(*args, **options):
        return seen(*args, **options)[:1]

    monkeypatch.setattr(models.video, '_gather_memory_frame_outputs', only_the_prompt)
    blind, _, _ = by_us(models, frames, PROMPTS[:1])
    assert (blind != expected).any()


def test_a_frame_is_encoded_once_for_all_tracks_while_its_features_are_kept(models):
    calls = []
    handle = models.video.vision_encoder.register_forward_hook(lambda *args: calls.append(1))
    frames = video()
    by_us(models, frames, PROMPTS, max_frames=len(frames))
    assert len(calls) == len(frames)
    calls.clear()
    by_us(models, frames, PROMPTS, max_frames=4)
    assert len(frames) < len(calls) <= 2 * len(frames)
    handle.remove()


def held_bytes(track):
    outputs = track._session.output_dict_per_obj[0].values()
    tensors = {
        value.data_ptr(): value.nbytes
        for stored in outputs
        for output in stored.values()
        for value in output.values()
        if isinstance(value, torch.Tensor)
    }
    return sum(tensors.values())


def test_what_a_track_holds_does_not_grow_with_the_video(models):
    held = []
    for number in (30, 60):
        _, tracks, features = by_us(models, video(number), [(12, PROMPTS[0][1])])
        held.append(held_bytes(tracks[0]))
        assert not features._features
    pointer = 4 * 128
    assert held[1] - held[0] <= 30 * 4 * pointer


@pytest.mark.parametrize('max_frames', [1, 3])
def test_the_oldest_features_make_room(max_frames):
    features = SharedFeatures(CPU, max_frames)
    for frame in range(5):
        content = {'vision_feats': [torch.full((2,), frame)], 'vision_pos_embeds': [torch.ones(2)]}
        features.cache_vision_features(frame, content)
    kept = [frame for frame in range(5) if features.get_vision_features(frame) is not None]
    assert kept == list(range(5 - max_frames, 5))
    assert features.get_vision_features(4)['vision_feats'][0].tolist() == [4, 4]
    features.forget(4)
    features.forget(4)
    assert features.get_vision_features(4) is None


def test_all_tracks_are_at_the_same_frame():
    steps = list(in_both_directions([(2, 0, 3), (1, 0, 4)], 5))
    order = [(frame, index) for frame, index, _ in steps]
    assert order == [
        *[(1, 1), (2, 0), (2, 1), (3, 0), (3, 1), (4, 1)],
        *[(1, 0), (0, 0), (0, 1)],
    ]
    assert [frame for frame, _, last in steps if last] == [2, 3, 4, 1, 0]
