import numpy as np
import torch

from mevis.structures import ClipTracks, InstanceMasks, encode_rle


def video_tracks() -> InstanceMasks:
    masks = np.zeros((2, 5, 12, 18), bool)
    for frame in range(5):
        masks[0, frame, 2:6, frame : frame + 4] = True
    masks[1, 3, 8:10, 10:12] = True
    rles = [encode_rle(track) for track in masks]
    return InstanceMasks(rles, [0.4, 0.9], [-1, -1], (12, 18), ids=['a', 'b'])


def test_tracks_in_the_frames_of_a_clip():
    clip = ClipTracks.of(video_tracks(), [1, 3], 5, (24, 36), (32, 64))
    assert clip.num_frames == 2
    assert clip.times.tolist() == [0.25, 0.75]
    assert (clip.img_shape, clip.canvas) == ((24, 36), (32, 64))
    assert clip.seen().tolist() == [[True, True], [False, True]]
    assert torch.equal(clip.decode([0, 1]), video_tracks().decode([1, 3]))
    shape = clip.trajectories()
    assert shape.times.tolist() == [0.25, 0.75]
    assert shape.boxes[0, :, 0].tolist() == [1, 3]


def test_what_is_chosen_of_them_still_knows_the_clip():
    clip = ClipTracks.of(video_tracks(), [1, 3], 5, (24, 36), (32, 64), read=lambda at: at)
    best = clip.top(1)
    assert isinstance(best, ClipTracks)
    assert best.ids == ['b']
    assert best.canvas == (32, 64)
    assert best.times.tolist() == [0.25, 0.75]
    assert best.read([0]) == [0]


def test_some_of_its_frames():
    clip = ClipTracks.of(video_tracks(), [1, 3, 4], 5, (24, 36), (32, 64), read=lambda at: at)
    later = clip.at([2, 0])
    assert later.times.tolist() == [1, 0.25]
    assert torch.equal(later.decode([0, 1]), video_tracks().decode([4, 1]))
    assert later.read([1, 0]) == [0, 2]
    assert ClipTracks.filling(video_tracks()).at([0]).read is None


def test_plain_tracks_fill_the_input():
    tracks = video_tracks()
    clip = ClipTracks.filling(tracks)
    assert clip.img_shape == clip.canvas == (12, 18)
    assert clip.times.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert clip.rles is tracks.rles
    assert ClipTracks.filling(clip) is clip
    assert len(ClipTracks.filling(InstanceMasks([], [], [], (12, 18)))) == 0
