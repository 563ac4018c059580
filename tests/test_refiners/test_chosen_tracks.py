import numpy as np
import pytest
import torch

from mevis.errors import UserError
from mevis.refiners import ChosenTracksRefiner, RefineContext
from mevis.refiners.borrowed_model import BorrowedModel
from mevis.structures import InstanceMasks, decode_rle, encode_rle

SIZE = (20, 30)
NAMES = ['a', 'b', 'c']
LEFT, RIGHT, DRAWN = (slice(2, 8), slice(20, 28), slice(5, 12))


def tube(columns, frames=(0, 1, 2)):
    masks = np.zeros((len(NAMES), *SIZE), bool)
    masks[list(frames), 5:15, columns] = True
    return masks


def tracks():
    rles = [encode_rle(tube(LEFT)), encode_rle(tube(RIGHT))]
    return InstanceMasks(rles, [0.9, 0.8], [0, 0], SIZE)


class Answer:
    def __init__(self, instances, chosen, score):
        self.instances, self.chosen, self.score = instances, chosen, score

    def masks(self):
        yield self.instances.take(self.chosen).decode(range(len(NAMES))).any(0)


class Selector(torch.nn.Module):
    """Chooses the first track for 'left', the second for 'right', none else."""

    resize = None

    def __init__(self):
        super().__init__()
        self.encoded = 0

    def encode_video(self, video, sample):
        self.encoded += 1
        assert video[[0, 2]].shape == (2, 3, *SIZE)
        assert len(video) == sample.num_video_frames == 3
        return sample.instances

    def answer(self, instances, text):
        chosen = [row for row, word in enumerate(('left', 'right')) if word in text]
        return Answer(instances, chosen, 0.6 if chosen else 0.0)


def refine(join='union', texts=('left',), scores=(0.5,), tracks=tracks, selector=None, **options):
    refiner = ChosenTracksRefiner(join=join, **options)
    selector = selector or Selector()
    refiner.selector = BorrowedModel(lambda: selector)
    frames = np.zeros((3, *SIZE, 3), np.uint8)
    ids = [str(row) for row in range(len(texts))]
    context = RefineContext('v', ids, NAMES, SIZE, texts, scores, tracks and tracks())
    rles = [encode_rle(tube(DRAWN))] * len(texts)
    refined = refiner(lambda places: frames[places], rles, context)
    return [decode_rle(track, SIZE) for track in refined]


def test_the_union_has_what_either_has():
    left, right, neither = refine(texts=['left', 'right', 'up'], scores=[0.5] * 3)
    assert (left == (tube(LEFT) | tube(DRAWN))).all()
    assert (right == (tube(RIGHT) | tube(DRAWN))).all()
    assert (neither == tube(DRAWN)).all()


def test_the_surer_answer_stands():
    sure, unsure = refine('surer', ['left', 'left'], [0.5, 0.7])
    assert (sure == tube(LEFT)).all()
    assert (unsure == tube(DRAWN)).all()


def test_a_video_is_encoded_once_for_all_sentences():
    selector = Selector()
    refine(texts=['left'] * 5, scores=[0.5] * 5, selector=selector)
    assert selector.encoded == 1


def test_another_refiner_gets_the_joined_masks():
    (plain,) = refine()
    (same,) = refine(then=dict(type='IdentityRefiner'))
    assert (plain == same).all()


def test_tracks_that_are_missing_are_said_to_be():
    with pytest.raises(UserError, match=r'v: .*no tracks.*instance_masks_dir'):
        refine(tracks=None)


def test_a_video_without_any_found_track_keeps_its_masks():
    (kept,) = refine(texts=['up'], tracks=lambda: InstanceMasks([], [], [], SIZE))
    assert (kept == tube(DRAWN)).all()


@pytest.mark.parametrize(
    ('options', 'says'),
    [
        (dict(join='both'), 'join=both: one of union, surer'),
        (dict(config='no.py'), r'no\.py: no such file.*model\.refiner\.config'),
        (dict(checkpoint='no.pth'), r'no\.pth: no such file.*model\.refiner\.checkpoint'),
    ],
)
def test_what_is_wrong_is_named(options, says):
    with pytest.raises(UserError, match=says):
        ChosenTracksRefiner(**options).weight_files()


def test_the_shipped_selector_is_found_from_any_folder(repo_root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ChosenTracksRefiner().weight_files() == [
        repo_root / 'configs/track_selector_tiny_moving_shapes.py',
        repo_root / 'weights/track_selector_tiny_moving_shapes.safetensors',
    ]
