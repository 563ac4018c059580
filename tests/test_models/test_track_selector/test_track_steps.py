import torch

from mevis.models.track_selector.track_steps import cut_into_steps


def test_a_short_track_keeps_its_frames(build):
    steps = cut_into_steps(build.walk((40, 60), (60.0, 0.0), frames=5), 8)
    assert steps.valid.tolist() == [[True] * 5 + [False] * 3]
    assert torch.allclose(steps.own_times[0, :5], torch.linspace(0, 1, 5))
    assert torch.allclose(steps.boxes[0, :5, 0], torch.tensor([30.0, 45, 60, 75, 90]))


def test_a_part_of_a_long_video_has_as_many_steps_as_the_whole(build):
    steps = cut_into_steps(build.walk((40, 60), (60.0, 0.0), 2000, seen=range(500, 540)), 8)
    assert steps.valid.all()
    assert steps.own_times[0, 0] < 0.06
    assert steps.own_times[0, -1] > 0.94
    assert steps.times.min() > 0.25
    assert steps.times.max() < 0.275


def test_a_gap_is_not_valid_and_not_made_up(build):
    seen = [*range(6), *range(18, 24)]
    steps = cut_into_steps(build.walk((40, 60), (60.0, 0.0), 24, seen=seen), 8)
    assert steps.valid[0].tolist() == [True, True, False, False, False, False, True, True]
    assert steps.seen[0, 0] == 1


def test_reversed_time_gives_reversed_steps(build):
    track = build.walk((40, 60), (60.0, 20.0), 7)
    backwards = type(track)(
        track.boxes.flip(1), track.areas, track.visible, track.times, track.size
    )
    one, two = cut_into_steps(track, 8), cut_into_steps(backwards, 8)
    assert torch.allclose(one.boxes[:, :7], two.boxes[:, :7].flip(1), atol=1e-4)


def test_no_track_and_an_empty_track_are_no_error(build):
    none = build.together(build.walk((40, 60), (0.0, 0.0), seen=[]))
    assert not cut_into_steps(none, 8).valid.any()
    empty = type(none)(none.boxes[:0], none.areas[:0], none.visible[:0], none.times, none.size)
    assert cut_into_steps(empty, 8).boxes.shape == (0, 8, 4)
