"""Frames that are all waited for are answered as those of the whole video."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mevis.models.track_selector.track_log import KeptFrames, TrackLog
from mevis.structures import (
    Expression,
    InstanceMasks,
    RefVidSegDataSample,
    Trajectories,
    encode_rle,
)
from mevis.structures.streaming import StreamFrame

TEXTS = ['the thing moving left', 'the thing that, still']
SIZE, COUNT = (40, 60), 9


def moving_squares():
    """Three tracks in 9 frames; the second comes late."""
    masks = np.zeros((3, COUNT, *SIZE), bool)
    for t in range(COUNT):
        masks[0, t, 5:13, 4 * t + 2 : 4 * t + 12] = True
        masks[1, t, 20:30, 45 - 4 * t : 55 - 4 * t] = t >= 3
        masks[2, t, 32:38, 10:20] = True
    return [[rle if t or k != 1 else None for t, rle in enumerate(encode_rle(m))]
            for k, m in enumerate(masks)]  # fmt: skip


class Tracks:
    """A stream of known tracks and one that is no instance."""

    def __init__(self, rles):
        self.rles = rles

    def push(self, frame):
        return [None, *(track[frame.index] for track in self.rles)]

    def ranking(self):
        return SimpleNamespace(scores=[0.9, 0.8, 0.7], labels=[0, 1, 0], queries=[1, 2, 3])


def frames():
    generator = torch.Generator().manual_seed(0)
    video = torch.randint(0, 256, (COUNT, 3, *SIZE), generator=generator, dtype=torch.uint8)
    return [StreamFrame(index, SIZE, one) for index, one in enumerate(video)]


def selector_of(build, monkeypatch, **options):
    # Untrained scores are about one half: all tracks are chosen.
    selector = build.selector(track_threshold=0.1, **options)
    rles = moving_squares()
    monkeypatch.setattr(selector.track_source, 'stream', lambda: Tracks(rles), raising=False)
    return selector, InstanceMasks(rles, [0.9, 0.8, 0.7], [0, 1, 0], SIZE)


@torch.no_grad()
def stream(selector):
    running, answers, waits = selector.stream(), [], []
    for text in TEXTS:
        running.ask(text)
    for frame in frames():
        new = running.push(frame)
        waits += [frame.index - one.index for one in new]
        answers += new
    return answers + running.finish(), waits


@pytest.mark.parametrize('looks', [0, 3])
def test_all_waited_for_is_the_whole_video(build, monkeypatch, looks):
    options = dict(appearance=dict(type='CroppedAppearance', num_frames=looks)) if looks else {}
    selector, instances = selector_of(build, monkeypatch, answer_delay=COUNT, **options)
    sample = RefVidSegDataSample(
        metainfo=dict(
            video='video',
            frame_names=[f'{t:05d}' for t in range(COUNT)],
            frame_indices=list(range(COUNT)),
            num_video_frames=COUNT,
            ori_shape=SIZE,
            img_shape=SIZE,
            expressions=[Expression(str(i), text) for i, text in enumerate(TEXTS)],
        )
    )
    sample.instances = instances
    with torch.no_grad():
        (sample,) = selector([torch.stack([f.inputs for f in frames()])], [sample], mode='predict')
    answers, waits = stream(selector)
    assert not waits
    assert [answer.index for answer in answers] == list(range(COUNT))
    for number, wanted in enumerate(sample.predictions):
        assert [answer.rles[number] for answer in answers] == wanted.rles
        assert {answer.scores[number] for answer in answers} == {wanted.score}
        assert wanted.score > 0
        assert {answer.presences[number] for answer in answers} == {wanted.presence}


def test_a_frame_waits_for_as_many_as_it_is_told(build, monkeypatch):
    early, waits = stream(selector_of(build, monkeypatch)[0])
    assert waits == [0] * COUNT
    late, waits = stream(selector_of(build, monkeypatch, answer_delay=4)[0])
    assert waits == [4] * (COUNT - 4)
    assert [answer.index for answer in late] == list(range(COUNT))
    # Frame 0 knows no motion yet, frame 4 has seen what frame 0 waits for.
    assert late[0].scores == early[4].scores != early[0].scores


def test_a_negative_delay_is_refused(build):
    with pytest.raises(ValueError, match='answer_delay -1'):
        build.selector(answer_delay=-1)


def test_a_log_is_the_trajectories_of_the_masks():
    rles, log = moving_squares(), TrackLog(SIZE)
    kept = [0, 1, 4, 5, 8]  # the others were skipped
    for index in kept:
        log.add(index, [track[index] for track in rles])
    sparse = [[rle if t in kept else None for t, rle in enumerate(track)] for track in rles]
    instances = InstanceMasks(sparse, [1.0] * 3, [-1] * 3, SIZE)
    wanted, found = Trajectories.from_instances(instances, range(COUNT), COUNT), log.of([2, 0])
    for name in ('boxes', 'areas', 'visible'):
        assert torch.equal(getattr(found, name), getattr(wanted, name)[[2, 0]])
    assert torch.equal(found.times, wanted.times)
    assert len(log.of([])) == 0


def test_kept_frames_are_few_and_evenly_spread():
    kept = KeptFrames(wanted=4, most=6)
    for index in range(100):
        frame = StreamFrame(index, SIZE, torch.full((3, 4, 6), index, dtype=torch.uint8))
        kept.add(frame, [None, None])
        assert len(kept._kept) <= 6
    clip, tracks = kept.clip([0, 1])
    chosen = clip[:, 0, 0, 0].tolist()
    assert chosen == sorted(chosen)
    assert all(abs(one - wanted) <= 16 for one, wanted in zip(chosen, (0, 33, 66, 99), strict=True))
    assert len(tracks) == 2
    # Times are shares of what was seen up to the last frame that is kept.
    assert tracks.times[0] == 0
    assert (tracks.times.diff() > 0).all()
