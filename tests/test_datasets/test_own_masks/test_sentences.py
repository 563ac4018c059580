"""The table of sentences."""

from pathlib import Path

import pytest

from mevis.datasets.own_masks import read_sentences
from mevis.errors import UserError


def write(tmp_path: Path, text: str, encoding: str = 'utf-8') -> Path:
    path = tmp_path / 'table.csv'
    path.write_text(text, encoding=encoding)
    return path


def test_a_table_as_spreadsheets_write_it(tmp_path: Path):
    text = (
        'Video;Sentence;Objects;Tags\r\na/b;"red; left";1;about:speed slow\r\n;;;\r\na/b;no one;;'
    )
    first, second = read_sentences(write(tmp_path, text, 'utf-8-sig'), 'valid_u')
    assert (first.video, first.text, first.objects) == ('a/b', 'red; left', ('1',))
    assert first.tags == ('about:speed', 'slow')
    assert (second.objects, second.split) == ((), 'valid_u')
    assert second.place.endswith('line 4')


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'the header lacks video, sentence, objects'),
        ('video,sentence\na,b\n', 'the header lacks objects'),
        ('video,sentence,objects,video\n', 'names video twice'),
        ('video,sentence,objects\n', 'no sentences'),
        ('video,sentence,objects\na,,1\n', 'line 2: the sentence is empty'),
        ('video,sentence,objects\n,x,1\n', 'line 2: the video is empty'),
        ('video,sentence,objects\na,x,1,2\n', 'line 2: more values than columns'),
        ('video,sentence,objects\n../a,x,1\n', 'line 2: video'),
        ('video,sentence,objects,split\na,x,1,../b\n', 'line 2: split'),
        ('video,sentence,objects,split\na,x,1,train\na,y,1,valid_u\n', 'one split only'),
        ('video,sentence,objects\na,"x,1\n', 'line 2: no CSV'),
        ('video,sentence,objects\na,\u200b\u2800,1\n', 'line 2: the sentence is empty'),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str):
    with pytest.raises(UserError, match=message) as error:
        read_sentences(write(tmp_path, text))
    assert 'table.csv' in str(error.value)


def test_other_encodings_are_refused(tmp_path: Path):
    path = write(tmp_path, 'video,sentence,objects\na,grün,1\n', 'latin-1')
    with pytest.raises(UserError, match='not UTF-8'):
        read_sentences(path)
