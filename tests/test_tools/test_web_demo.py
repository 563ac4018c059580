"""tools/web_demo.py as a command; what it serves is for tests/test_apis/test_web."""

import runpy
import sys

import pytest

from mevis.apis.web import server


def run_here(monkeypatch, repo_root, *args) -> int:
    monkeypatch.setattr(sys, 'argv', ['tools/web_demo.py', *args])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(repo_root / 'tools/web_demo.py'), run_name='__main__')
    return ended.value.code


def test_options_become_settings(monkeypatch, repo_root):
    served = []
    monkeypatch.setattr(server, 'serve', served.append)
    options = '--port 0 --host 0.0.0.0 --max-mb 5 --max-seconds 7 --no-examples --device cpu'
    model = ['--config', 'a.py', '--checkpoint', 'a.pth', '--example', 'a.mp4', 'left', 'right']
    assert run_here(monkeypatch, repo_root, *options.split(), *model) == 0
    (settings,) = served
    assert (settings.host, settings.port, settings.with_examples) == ('0.0.0.0', 0, False)
    assert (settings.limits.max_mb, settings.limits.max_seconds) == (5, 7)
    assert (settings.model.config, settings.model.device) == ('a.py', 'cpu')
    assert [(str(path), text) for path, text in settings.own_examples] == [('a.mp4', 'left\nright')]


def test_without_options_visitors_get_the_model_of_the_demo(monkeypatch, repo_root):
    served = []
    monkeypatch.setattr(server, 'serve', served.append)
    assert run_here(monkeypatch, repo_root) == 0
    assert served == [server.WebSettings()]


def test_gradio_that_is_missing_ends_in_one_line(monkeypatch, capsys, repo_root):
    monkeypatch.setitem(sys.modules, 'gradio', None)
    assert run_here(monkeypatch, repo_root, '--port', '0') == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith('error: the page needs Gradio')


@pytest.mark.parametrize('option', [['--max-mb', '0'], ['--port', '70000'], ['--max-frames', 'x']])
def test_limits_are_numbers(monkeypatch, capsys, repo_root, option):
    assert run_here(monkeypatch, repo_root, *option) == 2
    assert option[0] in capsys.readouterr().err
