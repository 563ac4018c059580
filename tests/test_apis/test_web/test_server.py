"""The running server as a program asks it; needs Gradio but no browser."""

import asyncio
import os
import zipfile
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mevis.apis.web.choices import AUTOMATIC, FROM_FILE, NO_REFINER
from mevis.apis.web.disk_quota import DiskQuota
from mevis.apis.web.examples import copied_examples, write_examples
from mevis.errors import UserError

LEFT, RIGHT = 'the one that moves to the left', 'the one that moves to the right'


@pytest.fixture(scope='module')
def client(server, tmp_path_factory):
    from gradio_client import Client

    folder = tmp_path_factory.mktemp('downloads')
    return Client(server.address, download_files=str(folder), verbose=False)


def ask(client, video, sentences, source=AUTOMATIC, stride=1):
    from gradio_client import handle_file

    file = handle_file(str(video)) if video else None
    return client.predict(file, sentences, source, None, NO_REFINER, stride, api_name='/segment')


@pytest.mark.slow
def test_a_question_is_answered_by_files_that_browsers_show(client, clip, server):
    overlay, table, tracks, (masks, result) = ask(client, clip, f'{LEFT}\n{RIGHT}')
    assert LEFT in table
    assert ' of 2</td>' in table
    assert 'by motion alone' in table
    for film in (overlay, tracks):
        with av.open(film) as container:
            assert container.streams.video[0].codec_context.name == 'h264'
            assert len(list(container.decode(video=0))) == 16
    with zipfile.ZipFile(masks) as archive:
        names = [name for name in archive.namelist() if name.endswith('00007.png')]
        first, second = (np.asarray(Image.open(archive.open(name))) for name in sorted(names))
    assert first.any()
    assert second.any()
    assert not (first & second).any()
    assert Path(result).read_text().startswith('{"video": "squares", "source": ""')
    assert not (server.root / 'answers').exists()


@pytest.mark.slow
def test_mistakes_are_said_in_the_words_of_the_command_line(client, clip, tmp_path):
    from gradio_client.exceptions import AppError

    broken = tmp_path / 'broken.mp4'
    broken.write_bytes(b'no video at all')
    with pytest.raises(AppError, match=r'^broken\.mp4: not a video, or a truncated one'):
        ask(client, broken, LEFT)
    with pytest.raises(AppError, match='^5 sentences; this server takes 4'):
        ask(client, clip, 5 * 'the dog\n')
    with pytest.raises(AppError, match='^no file of tracks'):
        ask(client, clip, LEFT, FROM_FILE)
    with pytest.raises(AppError, match='^no video: upload one'):
        ask(client, None, LEFT)


@pytest.mark.slow
def test_other_files_of_the_machine_are_not_served(server):
    import httpx

    address = server.address.rstrip('/')
    answer = httpx.get(f'{address}/gradio_api/file={Path(__file__)}', trust_env=False)
    assert answer.status_code == 403


@pytest.mark.slow
def test_nothing_is_left_after_the_end(monkeypatch, tmp_path):
    pytest.importorskip('gradio', reason='needs Gradio: pip install "mevis[web]"')
    from mevis.apis.web import server

    monkeypatch.setattr(server.tempfile, 'mkdtemp', lambda prefix: str(tmp_path / prefix))
    monkeypatch.setenv('GRADIO_TEMP_DIR', os.environ.get('GRADIO_TEMP_DIR', ''))
    (tmp_path / 'mevis-web-').mkdir()
    monkeypatch.setattr(server, 'write_examples', lambda folder: 1 / 0)
    with pytest.raises(ZeroDivisionError), server.serving(server.WebSettings(port=0)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_gradio_that_is_missing_is_named(monkeypatch):
    import sys

    from mevis.apis.web.server import gradio_version

    monkeypatch.setitem(sys.modules, 'gradio', None)
    with pytest.raises(UserError, match=r'pip install "mevis\[web\]"'):
        gradio_version()


def test_uploads_are_refused_while_the_disk_is_used_up(tmp_path):
    (tmp_path / 'x').write_bytes(bytes(100))

    def status_of(method, path, max_bytes):
        sent = []

        async def app(scope, receive, send):
            await send({'type': 'http.response.start', 'status': 200})

        async def send(message):
            sent.append(message)

        scope = {'type': 'http', 'method': method, 'path': path}
        asyncio.run(DiskQuota(app, tmp_path, max_bytes)(scope, None, send))
        return sent[0]['status']

    assert status_of('POST', '/gradio_api/upload', 99) == 507
    assert status_of('POST', '/gradio_api/upload', 100) == 200
    assert status_of('POST', '/gradio_api/queue/join', 99) == 200
    assert status_of('GET', '/gradio_api/upload', 99) == 200


def test_examples_are_videos_with_sentences(tmp_path):
    examples = write_examples(tmp_path)
    assert examples[0][0].name == 'shapes.mp4'
    for path, sentences in examples:
        with av.open(str(path)) as container:
            assert len(list(container.decode(video=0))) > 20
        assert len(sentences.splitlines()) == 2


def test_own_examples_are_copied_to_the_folder_that_goes_with_the_server(clip, tmp_path):
    ((copy, sentences),) = copied_examples([(clip, LEFT)], tmp_path / 'own')
    assert (copy.name, sentences) == (clip.name, LEFT)
    assert copy.read_bytes() == clip.read_bytes()
    assert copy.is_relative_to(tmp_path)
    with pytest.raises(UserError, match=r'^--example .*absent\.mp4: no such file'):
        copied_examples([(tmp_path / 'absent.mp4', '')], tmp_path / 'own2')
