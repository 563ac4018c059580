"""Boxes of any tracker: every mistake in the text has its line."""

import random

import numpy as np
import pytest

from mevis.errors import UserError
from mevis.track_sources.mot_text import read_mot_text

GOOD = '2,7,10,20,30,40,0.5,-1,-1,-1\n1,7,8,20,30,40,1,-1,-1,-1\n5,3,0,0,4,4,-1,-1,-1,-1\n'


def test_any_order_of_lines_and_gaps(tmp_path):
    path = tmp_path / 'mot.txt'
    path.write_text(GOOD)
    boxes = read_mot_text(path)
    assert boxes.ids == (3, 7)
    assert boxes.boxes.shape == (2, 5, 4)
    assert boxes.boxes[1, :3].tolist() == [[8, 20, 38, 60], [10, 20, 40, 60], [0, 0, 0, 0]]
    assert (boxes.lines > 0).tolist() == [[False] * 4 + [True], [True, True] + [False] * 3]
    assert boxes.scores.tolist() == [1, 0.75]
    lines = GOOD.splitlines()
    random.Random(0).shuffle(lines)
    # White space for commas, a blank line, no line break at the end.
    path.write_text('\n\n'.join(line.replace(',', ' ') for line in lines))
    again = read_mot_text(path, num_frames=9)
    assert (again.boxes[:, :5] == boxes.boxes).all()
    assert again.boxes.shape[1] == 9


def test_boxes_are_cut_at_the_border(tmp_path):
    path = tmp_path / 'mot.txt'
    inside = ''.join(f'{frame},1,1,1,5,5\n' for frame in range(1, 21))
    path.write_text(inside + '21,1,-3,2,8,5\n22,1,90,5,4,4\n')
    boxes = read_mot_text(path).clipped((50, 60))
    assert boxes[0, 20].tolist() == [0, 2, 5, 7]
    assert not boxes[0, 21].any()
    with pytest.raises(UserError, match=r'mot\.txt, line 1: .*a picture of 3x3.* 22 of 22'):
        read_mot_text(path).clipped((3, 3))


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'no line with a box'),
        ('\n  \n', 'no line with a box'),
        ('frame,id,left,top,width,height\n', "line 1: frame is 'frame', not a number"),
        (f'{GOOD}a walk\n', 'line 4: 2 columns'),
        (f'{GOOD}3,7,1,nan,1,1\n', "line 4: top is 'nan'"),
        (f'{GOOD}3,7,1,1,inf,1\n', "line 4: width is 'inf'"),
        (f'{GOOD}3,7,1,1,-2,1\n', 'line 4: width and height must be above 0, not -2 and 1'),
        (f'{GOOD}3,7,1,1,2,0\n', 'line 4: width and height'),
        (f'{GOOD}0,7,1,1,2,2\n', 'line 4: frame 0; frames count from 1'),
        (f'{GOOD}1.5,7,1,1,2,2\n', r'line 4: frame is 1\.5, not a whole'),
        (f'{GOOD}3,-1,1,1,2,2\n', 'line 4: id -1: a detection'),
        (f'{GOOD}1,7,1,1,2,2\n', 'line 4: frame 1 has a box of id 7 already, in line 2'),
        (f'{GOOD}90000000,7,1,1,2,2\n', 'line 4: frame 90000000; 1000000 at most'),
        (f'{GOOD}1e300,7,1,1,2,2\n', r'line 4: frame 1e\+300; 1000000 at most'),
        (f'{GOOD}3,1e300,1,1,2,2\n', r'line 4: id 1e\+300; '),
        (f'{GOOD}1_0,7,1,1,2,2\n', "line 4: frame is '1_0', not a number"),
        (f'{GOOD}٣,7,1,1,2,2\n', "line 4: frame is '٣', not a number"),
        (f'{GOOD}3,7,1,1,1e308,2\n', 'line 4: width is beyond 1000000 pixels'),
        (f'{GOOD}3,7,-1e308,1,2,2\n', 'line 4: left is beyond 1000000 pixels'),
    ],
)
def test_mistakes(tmp_path, text, message):
    path = tmp_path / 'mot.txt'
    path.write_text(text)
    with pytest.raises(UserError, match=message) as caught:
        read_mot_text(path)
    assert str(path) in str(caught.value)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'utf-16-le'])
def test_a_file_of_an_editor_on_windows(tmp_path, encoding):
    path = tmp_path / 'mot.txt'
    mark = '\ufeff' if encoding == 'utf-16-le' else ''
    path.write_bytes((mark + GOOD.replace('\n', '\r\n')).encode(encoding))
    assert read_mot_text(path).ids == (3, 7)


def test_many_tracks_in_many_frames_are_a_column_in_the_wrong_place(tmp_path):
    path = tmp_path / 'mot.txt'
    path.write_text(''.join(f'{1000 * n},{n},1,1,2,2\n' for n in range(1, 300)))
    with pytest.raises(UserError, match='line 299: frame 299000 with 299 tracks is more than'):
        read_mot_text(path)


def test_more_frames_than_the_video_has(tmp_path):
    path = tmp_path / 'mot.txt'
    path.write_text(GOOD)
    with pytest.raises(UserError, match='line 3: frame 5, but the video has 4'):
        read_mot_text(path, num_frames=4)
    path.write_bytes(b'\xff\xfe1,2')
    with pytest.raises(UserError, match=r'mot\.txt: no text'):
        read_mot_text(path)


def test_confidences_of_another_range_are_no_scores(tmp_path):
    path = tmp_path / 'mot.txt'
    path.write_text('1,1,0,0,2,2,35\n2,1,0,0,2,2,0.5\n')
    assert np.allclose(read_mot_text(path).scores, 0.75)
