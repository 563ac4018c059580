"""Figures of a stream against the whole video, and that both take the same videos."""

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mevis.apis.scoring.stream_deviation import Deviation, compare, mean, measure, print_table
from mevis.errors import UserError
from mevis.structures import encode_rle
from mevis.testing.small_mutr import build_small_mutr, small_mutr_config
from mevis.testing.tiny_mevis import write_tiny_mevis

SIZE = (8, 10)


def rles(*columns):
    """One frame per number: a mask of so many columns."""
    masks = np.zeros((len(columns), *SIZE), bool)
    for frame, count in enumerate(columns):
        masks[frame, :, :count] = True
    return encode_rle(masks)


def test_figures_of_a_video():
    wanted, given = [rles(4, 4), rles(0, 6)], [rles(4, 2), rles(0, 6)]
    found = compare(wanted, given, [3, 1], [rles(4, 4), rles(0, 3)], SIZE)
    assert found.differing == 0.25
    assert found.iou == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert (found.waited, found.longest_wait, found.number) == (2, 3, 2)
    assert found.j_and_f < found.whole_j_and_f < 1


def test_the_same_answers_do_not_differ():
    wanted = [rles(4, 0)]
    found = compare(wanted, wanted, [0, 0], wanted, SIZE)
    assert found == Deviation(1.0, 1.0, 0.0, 1.0, 0.0, 0, 1)


def test_means_are_over_sentences(capsys):
    one = Deviation(1.0, 1.0, 0.0, 1.0, 2.0, 3, 1)
    three = Deviation(0.6, 0.8, 0.4, 0.8, 4.0, 7, 3)
    row = mean([one, three])
    assert row.j_and_f == pytest.approx(0.7)
    assert row.differing == pytest.approx(0.3)
    assert (row.waited, row.longest_wait, row.number) == (3.5, 7, 4)
    print_table({'delay=1': row})
    line = next(line for line in capsys.readouterr().out.splitlines() if 'delay=1' in line)
    assert '70.0' in line
    assert '30.0 %' in line


@pytest.fixture
def split(tmp_path):
    """A config whose data has truth, and weights."""
    write_tiny_mevis(tmp_path / 'data', 'valid_u')
    pipeline = [
        dict(type='LoadResizedFrames', short_side=64, max_long_side=96),
        dict(type='LoadInstanceMasks'),
        dict(type='NormalizeExpression'),
        dict(type='PackRefVidSegInputs'),
    ]
    dataset = dict(
        type='MeViSDataset',
        data_root=str(tmp_path / 'data'),
        split='valid_u',
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=pipeline,
    )
    torch.save({'state_dict': build_small_mutr().state_dict()}, tmp_path / 'small.pth')
    model = small_mutr_config(mask_threshold=0.99)
    return Config(dict(model=model, test_dataloader=dict(dataset=dataset))), tmp_path / 'small.pth'


def test_a_window_that_holds_the_video_does_not_deviate(split):
    settings = [{'model.windows': dict(length=50)}, {'model.windows': dict(length=2)}]
    (video,) = measure(*split, settings, num_videos=1)
    whole, short = video
    assert (whole.differing, whole.iou) == (0.0, 1.0)
    assert whole.j_and_f == whole.whole_j_and_f == short.whole_j_and_f
    assert short.differing > 0
    assert (short.waited, short.longest_wait) != (whole.waited, whole.longest_wait)


def test_a_model_that_cannot_stream_says_so(split):
    with pytest.raises(UserError, match='whole videos only'):
        next(measure(*split, [{}]))


def test_no_data_is_an_error():
    with pytest.raises(UserError, match='no test_dataloader'):
        next(measure(Config(dict(model={})), 'w.pth', [{}]))
