"""Texts come from recordings by a pattern; everything else in the annotations stays."""

import json
from pathlib import Path

import numpy as np
import pytest

from mevis.apis.transcription import transcribe_annotations
from mevis.datasets.video_record import read_meta_expressions
from mevis.errors import UserError
from mevis.testing.audio_files import write_tone
from mevis.testing.tiny_mevis_v2 import drop_texts, write_tiny_mevis_v2
from mevis.transcribers import Transcriber

WORDS = {0.1: 'the square\n that jumps', 0.2: 'both  squares', 0.3: ''}


class Lengths(Transcriber):
    """Hears in the length of a recording what is said."""

    sample_rate = 8000

    def __call__(self, audio: np.ndarray) -> str:
        return WORDS[round(len(audio) / self.sample_rate, 1)]


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    """Annotations without text, and recordings."""
    path = write_tiny_mevis_v2(tmp_path, 'valid_u') / 'meta_expressions_v2.json'
    drop_texts(path)
    with pytest.raises(UserError, match='exp'):
        read_meta_expressions(path)
    for index, name in enumerate(('bird/0', 'bird/1', 'bird/2', 'bird/3', 'cat/0')):
        write_tone(tmp_path / f'audio/{name}.wav', 0.1 if index % 2 else 0.2)
    return path


PATTERN = 'audio/{video}/{exp_id}.wav'


def test_texts_are_what_is_heard(tmp_path: Path, spoken: Path):
    out = tmp_path / 'heard.json'
    before = json.loads(spoken.read_text())
    assert transcribe_annotations(spoken, f'{tmp_path}/{PATTERN}', Lengths(), out) == []
    videos = read_meta_expressions(out)
    texts = [entry.exp for entry in videos['bird'].expressions.values()]
    assert texts == ['both squares', 'the square that jumps'] * 2
    after = json.loads(out.read_text())
    for video in after['videos'].values():
        for entry in video['expressions'].values():
            entry.pop('exp')
    assert after == before


def test_what_is_not_understood_is_told(tmp_path: Path, spoken: Path):
    write_tone(tmp_path / 'audio/bird/2.wav', 0.3)
    out = tmp_path / 'heard.json'
    unheard = transcribe_annotations(spoken, f'{tmp_path}/{PATTERN}', Lengths(), out)
    assert unheard == [('bird', '2')]
    assert json.loads(out.read_text())['videos']['bird']['expressions']['2']['exp'] == ''


def test_nothing_is_written_without_all_recordings(tmp_path: Path, spoken: Path):
    (tmp_path / 'audio/bird/3.wav').unlink()
    out = tmp_path / 'heard.json'
    with pytest.raises(UserError, match=r'bird/3\.wav: no such recording \(1 of 5 are missing\)'):
        transcribe_annotations(spoken, f'{tmp_path}/{PATTERN}', Lengths(), out)
    (tmp_path / 'audio/bird/3.wav').write_bytes(b'no sound at all')
    with pytest.raises(UserError, match=r'bird/3\.wav: the recording cannot be read'):
        transcribe_annotations(spoken, f'{tmp_path}/{PATTERN}', Lengths(), out)
    assert not out.exists()


@pytest.mark.parametrize('pattern', ['a.wav', '{video}.wav', '{exp_id}.wav', '{vid}/{exp_id}.wav'])
def test_a_pattern_tells_recordings_apart(tmp_path: Path, spoken: Path, pattern: str):
    with pytest.raises(UserError, match=r'lacks \{'):
        transcribe_annotations(spoken, pattern, Lengths(), tmp_path / 'heard.json')


def test_a_place_may_come_twice_and_a_name_may_hold_braces(tmp_path: Path):
    path = tmp_path / 'ann.json'
    path.write_text('{"videos": {"{exp_id}": {"expressions": {"7": {}}}}}')
    write_tone(tmp_path / '{exp_id}/{exp_id}_7.wav', 0.2)
    pattern = f'{tmp_path}/{{video}}/{{video}}_{{exp_id}}.wav'
    assert transcribe_annotations(path, pattern, Lengths(), tmp_path / 'out.json') == []
