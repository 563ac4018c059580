"""Instances frame by frame are those of the whole video, once it is over."""

import pytest

from mevis.errors import UserError
from mevis.structures import decode_rle

SIZE = (50, 70)


@pytest.mark.parametrize('stage', ['minvis', 'online'])
def test_frame_by_frame_is_the_whole_video(make_dvis, video, stage):
    model = make_dvis(stage, window_size=1)
    expected = model.segment(video.split(1), SIZE)
    online = model.online()
    found = [online.push(frame, SIZE) for frame in video]
    ranking = online.ranking()
    assert (ranking.scores, ranking.labels) == (expected.scores, expected.categories)
    for query, wanted in zip(ranking.queries, expected.rles, strict=True):
        masks = decode_rle([rles[query] for rles in found], SIZE, 'online')
        assert masks.any()
        # Kernels of all queries are multiplied at once, of the best ones in the whole video.
        assert (masks != decode_rle(wanted, SIZE, 'whole')).mean() < 1e-3


def test_a_ranking_is_of_the_frames_so_far(make_dvis, video):
    model = make_dvis('online')
    online = model.online()
    assert online.ranking().queries == []
    scores = []
    for frame in video[:3]:
        online.push(frame, SIZE)
        scores.append(online.ranking().scores)
    assert scores[0] == model.segment([video[:1]], SIZE).scores
    assert scores[2] != scores[0]


def test_a_refiner_of_whole_videos_is_refused(make_dvis):
    with pytest.raises(UserError, match='DVIS online or MinVIS'):
        make_dvis('offline').online()
