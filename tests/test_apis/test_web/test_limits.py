import pytest

from mevis.apis.web.limits import WebLimits, bytes_below, check_upload, sentences_of
from mevis.errors import UserError

LIMITS = WebLimits(max_mb=1, max_sentences=2, max_characters=20)


def test_sentences_are_the_lines_that_hold_something():
    assert sentences_of(' the dog \n\n\tthe cat\n', LIMITS) == ['the dog', 'the cat']


@pytest.mark.parametrize(
    ('text', 'says'),
    [
        ('', 'no sentence'),
        (' \n ', 'no sentence'),
        ('a\nb\nc', '3 sentences; this server takes 2'),
        ('a\n' + 21 * 'x', 'sentence 2 has 21 characters; this server takes 20'),
    ],
)
def test_sentences_that_are_refused(text, says):
    with pytest.raises(UserError, match=says):
        sentences_of(text, LIMITS)


def test_an_upload_may_have_the_largest_size_and_no_more(tmp_path):
    file = tmp_path / 'clip.mp4'
    file.write_bytes(bytes(1_000_000))
    assert check_upload(str(file), LIMITS) == file
    file.write_bytes(bytes(1_600_000))
    with pytest.raises(UserError, match=r'^clip\.mp4: 2 MB; this server takes 1 MB'):
        check_upload(file, LIMITS)


@pytest.mark.parametrize('path', [None, ''])
def test_no_upload_is_refused(path):
    with pytest.raises(UserError, match='no video'):
        check_upload(path, LIMITS)


def test_bytes_of_folders(tmp_path):
    (tmp_path / 'a/b').mkdir(parents=True)
    (tmp_path / 'a/x').write_bytes(bytes(10))
    (tmp_path / 'a/b/y').write_bytes(bytes(5))
    assert bytes_below([tmp_path, tmp_path / 'absent']) == 15
