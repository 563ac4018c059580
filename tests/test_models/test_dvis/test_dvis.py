"""Whole videos: how they are cut, kept and fed changes nothing in the answer."""

import pytest
import torch

from mevis.errors import UserError
from mevis.structures import InstanceMasks, RefVidSegDataSample

STAGES = ('minvis', 'online', 'offline')
every_stage = pytest.mark.parametrize('stage', STAGES)
SIZE = (40, 60)


def same(first: InstanceMasks, second: InstanceMasks) -> bool:
    """Equal but for rounding: scores within 1e-5, at most 5 pixels."""
    assert first.categories == second.categories
    assert first.scores == pytest.approx(second.scores, abs=1e-5)
    assert first.num_frames == second.num_frames
    frames = range(first.num_frames)
    return int((first.decode(frames) != second.decode(frames)).sum()) <= 5


@every_stage
def test_instances_are_rles_at_the_wanted_size(make_dvis, video, stage):
    found = make_dvis(stage).segment(video.split(3), SIZE)
    assert len(found) == 5
    assert found.num_frames == 7
    assert found.size == SIZE
    assert list(found.scores) == sorted(found.scores, reverse=True)
    assert all(rle['size'] == [*SIZE] for track in found.rles for rle in track)
    pixels = found.decode(range(7)).float().mean()
    assert 0.02 < pixels < 0.98, 'masks of one sign would hide mistakes'
    again = InstanceMasks.from_dict(found.to_dict())
    assert same(found, again)


@every_stage
def test_windows_give_what_one_shot_gives(make_dvis, video, stage):
    model = make_dvis(stage)
    whole = model.segment([video], SIZE)
    for window in (1, 2, 3):
        assert same(whole, model.segment(video.split(window), SIZE))
    uneven = video.split([1, 4, 2])
    assert same(whole, model.segment(uneven, SIZE))


@every_stage
@pytest.mark.parametrize('kind', ['memory', 'recompute'])
def test_where_features_wait_changes_nothing(make_dvis, video, stage, kind):
    on_disk = make_dvis(stage).segment(video.split(3), SIZE)
    assert same(on_disk, make_dvis(stage, mask_features=kind).segment(video.split(3), SIZE))


@every_stage
def test_a_stream_is_read_as_it_comes(make_dvis, video, stage):
    model = make_dvis(stage)

    def camera():
        for frame in video:
            yield frame[None].clone()

    assert same(model.segment([video], SIZE), model.segment(camera(), SIZE))


def test_kept_tracks_go_on_in_the_next_call(make_dvis, video):
    model = make_dvis('online')
    with model.stream() as whole:
        whole.feed(video)
    with model.stream() as first:
        first.feed(video[:4])
    with model.stream(first.state) as second:
        second.feed(video[4:])
    assert torch.equal(torch.cat(second.indices), torch.cat(whole.indices)[4:])
    torch.testing.assert_close(second.state.memory, whole.state.memory, atol=1e-5, rtol=0)
    with model.stream() as fresh:
        fresh.feed(video[4:])
    assert not torch.allclose(fresh.state.memory, whole.state.memory, atol=1e-3)


def test_a_later_stream_leaves_an_earlier_state_alone(make_dvis, video):
    model = make_dvis('online')
    with model.stream() as first:
        first.feed(video[:3])
    before = first.state.memory.clone()
    with model.stream(first.state) as second:
        second.feed(video[3:])
    assert torch.equal(first.state.memory, before)


@every_stage
def test_one_frame_is_a_video(make_dvis, video, stage):
    found = make_dvis(stage).segment([video[:1]], SIZE)
    assert found.num_frames == 1
    assert len(found) == 5


@every_stage
@pytest.mark.parametrize('arguments', [{'num_instances': 0}, {'min_score': 1.0}])
def test_no_instance_is_an_answer(make_dvis, video, stage, arguments):
    model = make_dvis(stage)
    for name, value in arguments.items():
        setattr(model, name, value)
    found = model.segment(video.split(3), SIZE)
    assert len(found) == 0
    assert found.decode([]).shape == (0, 0, *SIZE)
    assert InstanceMasks.from_dict(found.to_dict()).size == SIZE


@every_stage
def test_frames_of_changing_size_are_refused(make_dvis, video, stage):
    windows = [video[:3], video[3:6, :, :40]]
    with pytest.raises(UserError, match=r'frame 3 is of size \(40, 70\).*\(50, 70\).*Resize'):
        make_dvis(stage).segment(windows, SIZE)


def test_a_video_without_frames_is_refused(make_dvis):
    with pytest.raises(UserError, match='without frames'):
        make_dvis('online').segment([], SIZE)


def test_the_engine_gets_instances_at_original_size(make_dvis, video):
    model = make_dvis('offline', window_size=2)
    sample = RefVidSegDataSample(metainfo=dict(ori_shape=SIZE))
    answers = model.test_step(dict(inputs=[video], data_samples=[sample]))
    assert same(answers[0].pred_instances, model.segment([video], SIZE))


def test_a_refiner_needs_a_tracker_that_remembers(make_dvis):
    with pytest.raises(ValueError, match='QueryMatcher remembers nothing: use ReferringTracker'):
        make_dvis('offline', tracker=dict(type='QueryMatcher'))


def test_an_unknown_place_for_features_is_named(make_dvis):
    with pytest.raises(ValueError, match='tape.*disk, memory, recompute'):
        make_dvis('online', mask_features='tape')


def test_masks_are_decoded_once_per_query(make_dvis, video):
    model = make_dvis('online', min_score=0.0)
    model.num_instances = 24  # every pair of 6 queries and 4 classes
    with model.stream() as stream:
        stream.feed(video)
        queries = stream.rank(stream.answer()).queries
        found = stream.instances(SIZE)
    assert sorted(set(queries)) == list(range(6))
    for query, track in zip(queries, found.rles, strict=True):
        assert track is found.rles[queries.index(query)]


def test_distinct_queries_give_every_instance_a_mask_of_its_own(make_dvis, video):
    model = make_dvis('online', num_instances=6)
    repeated = model.segment([video], SIZE)
    model.distinct_queries = True
    found = model.segment([video], SIZE)
    assert len({id(track) for track in repeated.rles}) < len(repeated) == 6
    assert len({id(track) for track in found.rles}) == len(found) == 6
    assert list(found.scores) == sorted(found.scores, reverse=True)
    assert found.scores[0] == repeated.scores[0]
