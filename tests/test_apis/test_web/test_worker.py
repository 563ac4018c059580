"""The process that answers, and its end."""

import os
import time
from pathlib import Path

import pytest

from mevis.apis.inference.answering import ModelChoice
from mevis.apis.web.limits import WebLimits
from mevis.apis.web.question import Answer, Question
from mevis.apis.web.worker import AnsweringProcess, _reply
from mevis.errors import UserError

LEFT, RIGHT = 'the one that moves to the left', 'the one that moves to the right'


def question(video: Path, out_dir: Path, texts=(LEFT, RIGHT), max_frames=60) -> Question:
    return Question(video, list(texts), ModelChoice(), 1, max_frames, out_dir)


@pytest.mark.slow
def test_it_answers_refuses_and_is_started_again(clip, tmp_path):
    worker, told = AnsweringProcess(WebLimits()), []
    try:
        out = tmp_path / 'out'
        texts = (LEFT, f'{RIGHT} xyzzy')
        answer = worker.ask(question(clip, out, texts, 12), lambda *what: told.append(what))
        assert [one.text for one in answer.sentences] == list(texts)
        tracks = [one.tracks for one in answer.sentences]
        assert sorted(tracks) == ['track 0 of 2', 'track 1 of 2']
        assert answer.num_frames == 12
        assert 'the first 12 frames were processed' in ' '.join(answer.notes)
        assert sum("does not know: 'xyzzy'" in note for note in answer.notes) == 1
        for path in (answer.overlay, answer.masks, answer.result, answer.tracks):
            assert path.is_file()
        assert str(clip) not in answer.result.read_text()
        shares = [share for share, _ in told]
        assert shares == sorted(shares)
        assert told[-1] == (0.95, 'packing the masks')

        broken = tmp_path / 'broken.mp4'
        broken.write_bytes(b'no video at all')
        with pytest.raises(UserError, match=r'^broken\.mp4: not a video'):
            worker.ask(question(broken, out), lambda *what: None)

        before = worker._process.pid
        worker._process.kill()
        worker._process.join()
        assert (
            worker.ask(question(clip, tmp_path / 'next', [LEFT]), lambda *what: None).num_frames
            == 16
        )
        assert worker._process.pid != before
    finally:
        worker.close()


def test_a_question_that_takes_too_long_ends_the_process(tmp_path):
    worker = AnsweringProcess(WebLimits(max_seconds=1), _never_answer, 'fork')
    with pytest.raises(UserError, match=r'^a\.mp4: the answer takes longer than 1 seconds'):
        worker.ask(question(Path('a.mp4'), tmp_path), lambda *what: None)
    assert worker._process is None


def test_progress_does_not_put_the_end_off(tmp_path):
    worker = AnsweringProcess(WebLimits(max_seconds=1), _tell_for_ever, 'fork')
    with pytest.raises(UserError, match='longer than 1 seconds'):
        worker.ask(question(Path('a.mp4'), tmp_path), lambda *what: None)


def test_a_process_that_ends_is_said_to_have_ended(tmp_path):
    worker = AnsweringProcess(WebLimits(), _crash, 'fork')
    with pytest.raises(UserError, match=r'^a\.mp4: the process that answered has ended'):
        worker.ask(question(Path('a.mp4'), tmp_path), lambda *what: None)


def _never_answer(connection, parent, max_pixels):
    connection.recv()
    time.sleep(600)


def _tell_for_ever(connection, parent, max_pixels):
    connection.recv()
    while True:
        connection.send(('progress', 0.5, 'still'))


def _crash(connection, parent, max_pixels):
    connection.recv()
    os._exit(139)


@pytest.mark.parametrize('field', ['tracks', 'config', 'checkpoint'])
def test_an_error_does_not_say_where_a_file_lies(tmp_path, field):
    place = tmp_path / 'private' / 'file.txt'

    def answer(question, on_progress):
        raise UserError(f'{place}: no text.')

    choice = ModelChoice(**{field: str(place)})
    asked = Question(tmp_path / 'clip.mp4', [LEFT], choice, 1, 60, tmp_path / 'out')
    assert _reply(asked, answer, lambda *what: None) == ('error', 'file.txt: no text.')


def test_notes_do_not_tell_where_files_lie(tmp_path):
    asked = question(tmp_path / 'clip.mp4', tmp_path / 'out')
    made = Answer([], 1, *[tmp_path] * 3, None, [f'{asked.video}: one frame', 'a note'])
    kind, found = _reply(asked, lambda *asked: made, lambda *what: None)
    assert (kind, found.notes) == ('answer', ['clip.mp4: one frame', 'a note'])
