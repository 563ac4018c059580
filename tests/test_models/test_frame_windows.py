"""Every frame is answered once, in order, by windows that a bounded memory holds."""

import pytest

from mevis.models.frame_windows import FrameWindows, WindowPlan

CUTS = [(6, 2, None), (6, 2, 0), (6, 5, 0), (6, 5, None), (6, 4, 1), (6, 0, None), (1, 0, None)]


def cut(windows, num_frames):
    """(frames seen, window) of every window."""
    plan, found = WindowPlan(windows), []
    for seen in range(1, num_frames + 1):
        window = plan.add()
        found += [(seen, window)] if window else []
    last = plan.close()
    return found + ([(num_frames, last)] if last else [])


@pytest.mark.parametrize(('length', 'overlap', 'delay'), CUTS)
@pytest.mark.parametrize('num_frames', [1, 5, 6, 7, 10, 11, 23])
def test_windows_cover_a_video(num_frames, length, overlap, delay):
    windows = FrameWindows(length, overlap, delay)
    found = [window for _, window in cut(windows, num_frames)]
    final = looked = 0
    for window in found:
        assert 0 < window.stop - window.start <= length
        assert window.start <= window.pending == final <= looked  # no frame is left out
        assert window.pending <= window.final <= window.stop
        assert window.stop > looked  # each looks at something new
        final, looked = window.final, window.stop
    assert looked == num_frames
    assert looked - final in (0, windows.waiting)  # those are given at the end


@pytest.mark.parametrize(('length', 'overlap', 'delay'), CUTS)
def test_no_frame_waits_for_longer_than_it_must(length, overlap, delay):
    windows = FrameWindows(length, overlap, delay)
    worst = max(seen - 1 - window.pending for seen, window in cut(windows, 40) if window.final < 40)
    assert worst == windows.stride - 1 + windows.waiting


@pytest.mark.parametrize('num_frames', [1, 3, 6])
def test_a_video_that_a_window_holds_is_one_window(num_frames):
    assert len(cut(FrameWindows(6, 3), num_frames)) == 1


def test_the_last_window_is_full():
    last = cut(FrameWindows(6, 2), 15)[-1][1]
    assert (last.start, last.stop) == (9, 15)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(length=0), 'windows.length 0'),
        (dict(length=4, overlap=4), 'windows.overlap 4'),
        (dict(length=4, overlap=2, delay=3), 'windows.delay 3'),
        (dict(length=4, carry_over=1.5), 'windows.carry_over 1.5'),
    ],
)
def test_windows_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        FrameWindows(**arguments)
