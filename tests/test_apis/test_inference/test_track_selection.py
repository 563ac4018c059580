import pytest
import torch

from mevis.apis.inference.track_selection import check_words, load_selector, select_tracks
from mevis.errors import UserError
from mevis.structures import Trajectories
from mevis.structures.trajectories import times_of


@pytest.fixture(scope='module')
def selector():
    return load_selector()


def crossing(frames, size=(1080, 1920), life=1.0):
    """Six people of whom three go each way, over a part of the video."""
    seen = torch.linspace(0, 1, frames)
    boxes, visible = torch.zeros(6, frames, 4), torch.zeros(6, frames, dtype=torch.bool)
    for k in range(6):
        start = 0.15 * k * (1 - life)
        visible[k] = (seen >= start) & (seen <= start + life)
        share = ((seen - start) / life).clamp(0, 1)
        way = share * 700 + 80 * k if k % 2 else 1700 - 60 * k - share * 600
        top = 200.0 + 90 * k
        boxes[k] = torch.stack((way, top + 0 * way, way + 70, top + 160 + 0 * way), 1)
    boxes = boxes * visible[..., None]
    areas = (boxes[..., 2:] - boxes[..., :2]).prod(-1)
    return Trajectories(
        boxes, areas, visible, times_of(range(frames), frames), size, tuple('abcdef')
    )


@pytest.mark.parametrize('life', [1.0, 0.2])
@pytest.mark.parametrize('frames', [10, 60, 2000])
def test_people_who_cross_are_told_apart(selector, frames, life):
    if frames * life < 5:
        pytest.skip('too short to see anything')
    texts = [
        'the person walking to the left',
        'the man in red who goes right',
        'the ones that stay still',
    ]
    left, right, still = select_tracks(selector, crossing(frames, life=life), texts)
    assert left.chosen == ['a', 'c', 'e']
    assert right.chosen == ['b', 'd', 'f']
    assert still.chosen == []
    assert min(left.presence, right.presence) > 0.5 > still.presence


def test_no_track_is_no_error(selector):
    none = crossing(10)
    empty = Trajectories(none.boxes[:0], none.areas[:0], none.visible[:0], none.times, none.size)
    assert select_tracks(selector, empty, ['moving left'])[0].chosen == []


@pytest.mark.parametrize('text', ['the purple elephant', 'the person', '', '?!'])
def test_a_sentence_that_asks_for_no_motion_is_refused(selector, text):
    with pytest.raises(UserError, match='no word in it asks for a motion'):
        check_words(selector, text)


def test_a_model_that_needs_frames_is_refused(repo_root, tmp_path):
    config = repo_root / 'configs/track_selector_tiny_moving_shapes.py'
    with pytest.raises(UserError, match='needs frames too'):
        load_selector(config, tmp_path / 'weights.pth')
    with pytest.raises(UserError, match='chooses no tracks'):
        load_selector(repo_root / 'configs/mutr_tiny_moving_shapes.py', tmp_path / 'weights.pth')
