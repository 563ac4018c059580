import numpy as np
import pytest

from mevis.registry import TRACK_SOURCES
from mevis.structures import VideoFrames
from mevis.testing.moving_squares import SIZE, best_match, film
from mevis.track_sources import MotionTracks


@pytest.fixture(scope='module')
def source() -> MotionTracks:
    return TRACK_SOURCES.build(dict(type='MotionTracks'))


def to_the_right(t: int) -> tuple[float, float]:
    return 10 + 6 * t, 20


def to_the_left(t: int) -> tuple[float, float]:
    return 165 - 6 * t, 80


def seen_in(track) -> list[int]:
    return [t for t, rle in enumerate(track) if rle is not None]


@pytest.mark.parametrize('shake', [0.0, 2.0])
def test_each_moving_square_is_one_track(source, shake):
    scene = film([to_the_right, to_the_left], shake=shake)
    tracks = source(scene.video)
    assert len(tracks) == 2
    assert tracks.size == SIZE
    assert list(tracks.scores) == sorted(tracks.scores, reverse=True)
    assert all(0 < score <= 1 for score in tracks.scores)
    found = [best_match(tracks, square) for square in scene.masks]
    assert {track for track, _ in found} == {0, 1}
    assert min(iou for _, iou in found) > 0.75


def test_a_camera_that_pans_does_not_make_the_scene_move(source):
    scene = film([to_the_right], num_frames=40)
    wide = np.concatenate([scene.frames, scene.frames[:, ::-1]], axis=2)
    panned = np.stack([frame[:, 3 * t : 3 * t + 240] for t, frame in enumerate(wide)])
    tracks = source(VideoFrames('v', range(40), panned.shape[1:3], lambda at: panned[list(at)]))
    # The square, and the one that comes in below it in the mirrored half.
    assert 1 <= len(tracks) <= 3


def test_a_square_behind_a_post_stays_the_same_track(source):
    scene = film([to_the_right, lambda t: (90, 20)], num_frames=28)
    tracks = source(scene.video)
    assert len(tracks) == 1
    frames = seen_in(tracks.rles[0])
    assert frames[0] == 0
    assert frames[-1] >= 24


def test_crossing_squares_keep_their_tracks(source):
    scene = film([lambda t: (10 + 6 * t, 50), lambda t: (165 - 6 * t, 54)])
    tracks = source(scene.video)
    for square in scene.masks:
        track, iou = best_match(tracks, square)
        masks = tracks.decode(range(24)).numpy()[track]
        assert iou > 0.6
        for half in (slice(0, 6), slice(18, 24)):
            shares = (masks[half] & square[half]).sum() / square[half].sum()
            assert shares > 0.7


def test_what_comes_and_rests_is_found_where_it_rests(source):
    scene = film([lambda t: (min(10 + 12 * t, 100), 40)], num_frames=30)
    track, iou = best_match(source(scene.video), scene.masks[0])
    assert iou > 0.7


def test_what_rests_all_the_time_is_not_found(source):
    assert len(source(film([lambda t: (90, 50)]).video)) == 0


@pytest.mark.parametrize('num_frames', [1, 2, 4])
def test_a_video_too_short_to_show_motion_has_no_tracks(source, num_frames):
    tracks = source(film([to_the_right], num_frames=num_frames).video)
    assert len(tracks) == 0
    assert tracks.size == SIZE


def test_a_plain_wall_has_nothing_to_align_and_is_taken_as_still(source):
    scene = film([to_the_right])
    plain = np.where(scene.masks[0][..., None], scene.frames, 128).astype(np.uint8)
    video = VideoFrames('v', range(len(plain)), SIZE, lambda at: plain[list(at)])
    tracks = source(video)
    assert len(tracks) == 1
    assert best_match(tracks, scene.masks[0])[1] > 0.8


def test_tracks_end_where_the_video_is_cut(source):
    scene = film([to_the_right], num_frames=12)
    other = np.random.default_rng(1).permutation(scene.frames[0].reshape(-1, 3))
    frames = np.concatenate([scene.frames, np.tile(other.reshape(1, *SIZE, 3), (12, 1, 1, 1))])
    tracks = source(VideoFrames('v', range(24), SIZE, lambda at: frames[list(at)]))
    assert len(tracks) == 1
    assert seen_in(tracks.rles[0])[-1] < 12


def test_large_frames_are_worked_on_small_and_answered_large():
    scene = film([to_the_right])
    large = scene.frames.repeat(3, axis=1).repeat(3, axis=2)
    video = VideoFrames('v', range(len(large)), large.shape[1:3], lambda at: large[list(at)])
    tracks = MotionTracks(long_side=200)(video)
    truth = scene.masks[0].repeat(3, axis=1).repeat(3, axis=2)
    assert best_match(tracks, truth)[1] > 0.75


def test_frames_are_read_in_chunks_and_few_are_kept():
    scene, calls = film([to_the_right], num_frames=24), []

    def read(positions):
        calls.append(list(positions))
        return scene.frames[np.array(positions) % 24]

    MotionTracks(max_samples=20)(VideoFrames('v', range(100), SIZE, read))
    assert max(len(call) for call in calls) <= 16
    # Twice, from the beginning to the end.
    assert [position for call in calls for position in call] == [*range(100)] * 2


def test_tracks_at_most_are_the_best():
    scene = film([to_the_right, to_the_left])
    all_tracks = MotionTracks()(scene.video)
    best = MotionTracks(max_tracks=1)(scene.video)
    assert best.rles == all_tracks.rles[:1]


def test_who_comes_in_after_another_has_left_is_another(source):
    def there_and_gone(t: int):
        return (150 + 6 * t, 40) if t < 9 else (200 - 6 * (t - 14), 44) if t > 13 else None

    tracks = source(film([there_and_gone], num_frames=30).video)
    assert len(tracks) == 2
    assert {seen_in(track)[0] > 12 for track in tracks.rles} == {True, False}
