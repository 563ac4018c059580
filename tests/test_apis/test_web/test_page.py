"""What the page does with a request; what it looks like is for test_browser.py."""

from pathlib import Path

import pytest

from mevis.apis.web.choices import AUTOMATIC, NO_REFINER
from mevis.apis.web.limits import WebLimits
from mevis.apis.web.page import Visit, table
from mevis.apis.web.question import Answer, SentenceAnswer
from mevis.errors import UserError

ANSWER = Answer(
    [
        SentenceAnswer('the <b>dog</b>', 0.912, 'track 3 of 4', 7),
        SentenceAnswer('the cat', 0.0, '', 0),
    ],
    9,
    *map(Path, ('overlay.mp4', 'masks.zip', 'result.json', 'tracks/overlay.mp4')),
    ['a < b'],
)


def test_the_table_shows_colour_score_tracks_and_frames():
    shown = table(ANSWER)
    assert shown.count('<tr>') == 3
    assert 'rgb(230, 80, 0)' in shown
    assert '<td>0.91</td><td>track 3 of 4</td><td>7 of 9</td>' in shown
    assert '<td>0.00</td><td>-</td><td>0 of 9</td>' in shown


def test_what_visitors_write_is_text():
    shown = table(ANSWER)
    assert 'the &lt;b&gt;dog&lt;/b&gt;' in shown
    assert 'a &lt; b' in shown


def request(visit, video, stride=1, source=AUTOMATIC):
    return visit(video, 'the dog', source, None, NO_REFINER, stride, lambda *what: None)


def test_the_answer_before_is_removed_and_a_new_folder_is_used(clip, tmp_path):
    asked = []

    def ask(question, on_progress):
        asked.append(question)
        (question.out_dir / 'overlay.mp4').write_text('')
        return ANSWER

    visit = Visit(ask, WebLimits(max_frames=5), tmp_path / 'answers', device='cpu')
    shown = request(visit, str(clip), stride=2)
    assert shown[0] == 'overlay.mp4'
    assert shown[2:] == ('tracks/overlay.mp4', ['masks.zip', 'result.json'])
    request(visit, str(clip))
    first, second = asked
    assert (first.video, first.texts, first.stride, first.max_frames) == (clip, ['the dog'], 2, 5)
    assert second.choice.device == 'cpu'
    assert not first.out_dir.exists()
    assert second.out_dir.is_dir()
    visit.forget()
    assert not second.out_dir.exists()


@pytest.mark.parametrize(
    ('video', 'change', 'says'),
    [
        (None, {}, 'no video'),
        ('clip', {'stride': 0}, 'step between frames 0'),
        ('clip', {'stride': float('nan')}, 'step between frames nan'),
        ('clip', {'source': 'mine'}, "tracks 'mine'"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_before_the_work(clip, tmp_path, video, change, says):
    visit = Visit(lambda *_: pytest.fail('asked'), WebLimits(), tmp_path / 'answers')
    with pytest.raises(UserError, match=says):
        request(visit, video and str(clip), **change)
