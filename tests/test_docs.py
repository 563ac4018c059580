"""What the documentation shows runs: its Python, its commands, its links."""

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob('*.md'), *(ROOT / 'docs').rglob('*.md')])
FENCE = re.compile(r'^( *)```(\w+)[^\n]*\n(.*?)^\1```', re.MULTILINE | re.DOTALL)
RUN_PYTHON_OF = ('README.md', 'docs/extend/', 'docs/concepts/', 'docs/guides/dvis.md')


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    return [text for _, name, text in FENCE.findall(page.read_text()) if name == language]


def commands(page: Path) -> list[str]:
    """Lines of shell that start a tool, a module or make, with continued lines joined."""
    found = []
    for text in blocks(page, 'bash') + blocks(page, 'shell') + blocks(page, 'text'):
        for line in re.sub(r'\\\n\s*', ' ', text).splitlines():
            stripped = re.sub(r'^\$ ', '', line.strip())
            if re.match(r'([\w/.-]*python\S* )?\S*tools/\S+\.(py|sh)\b|make\b', stripped):
                found.append(stripped)
    return found


PYTHON = [
    pytest.param(text, id=f'{relative(page)}-{index}')
    for page in PAGES
    if relative(page).startswith(RUN_PYTHON_OF)
    for index, text in enumerate(blocks(page, 'python'))
]
COMMANDS = sorted({(relative(page), line) for page in PAGES for line in commands(page)})


@cache
def help_of(*tool: str) -> str:
    command = [sys.executable, *tool, '--help']
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def unknown_parts(line: str) -> list[str]:
    """Tools, flags and configs of a command that do not exist."""
    words = shlex.split(line, comments=True)
    if words[0] == 'make':
        targets = re.findall(r'^([\w-]+):', (ROOT / 'Makefile').read_text(), re.MULTILINE)
        return [f'make {word}' for word in words[1:] if '=' not in word and word not in targets]
    tool = next(word for word in words if 'tools/' in word)
    tool = tool[tool.index('tools/') :]
    if not (ROOT / tool).is_file():
        return [tool]
    unknown = [
        word
        for word in words
        if word.startswith('configs/') and word.endswith('.py') and not (ROOT / word).is_file()
    ]
    if tool.endswith('.py'):
        flags = {word.split('=')[0] for word in words if re.match(r'--?[a-zA-Z]', word)}
        usage = help_of(tool)
        listed = re.search(r'^positional arguments:\n +\{([\w,-]+)\}', usage, re.MULTILINE)
        chosen = next((word for word in words if listed and word in listed[1].split(',')), None)
        if chosen:
            usage += help_of(tool, chosen)
        known = set(re.findall(r'(?<![\w-])--?[a-zA-Z][\w-]*', usage))
        unknown += [f'{tool} {flag}' for flag in sorted(flags - known)]
    return unknown


def write_clip(path: Path) -> None:
    """A video of four small frames, for blocks that open one."""
    from mevis.testing.small_mutr import random_video
    from mevis.visualization.video_writer import write_video

    with write_video(path, 5) as video:
        for frame in random_video(4).permute(0, 2, 3, 1).numpy():
            video.write(frame)


def test_there_is_something_to_check():
    assert len(PAGES) >= 8
    assert PYTHON
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize('text', PYTHON)
def test_python_block_runs(text, tmp_path):
    for name in ('configs', 'weights'):  # as in the checkout, where the reader stands
        (tmp_path / name).symlink_to(ROOT / name)
    if 'clip.mp4' in text:
        write_clip(tmp_path / 'clip.mp4')
    # In a process of its own: a block registers modules.
    command = [sys.executable, '-c', text]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize(('page', 'line'), COMMANDS)
def test_command_exists_with_its_flags(page, line):
    assert unknown_parts(line) == [], f'{page}: {line}'


@pytest.mark.parametrize(
    ('line', 'part'),
    [
        ('python tools/no_such_tool.py', 'tools/no_such_tool.py'),
        ('python tools/check_env.py --jason', 'tools/check_env.py --jason'),
        ('make instal', 'make instal'),
        ('.venv/bin/python tools/check_env.py configs/absent.py', 'configs/absent.py'),
    ],
)
def test_what_does_not_exist_is_found(line, part):
    assert unknown_parts(line) == [part]


@pytest.mark.parametrize('page', PAGES, ids=relative)
def test_links_lead_somewhere(page):
    targets = re.findall(r'\]\(([^)#\s]+)(?:#[^)]*)?\)', page.read_text())
    local = [target for target in targets if '://' not in target and ':' not in target]
    missing = [target for target in local if not (page.parent / target).exists()]
    assert missing == []


def test_navigation_lists_every_page():
    """The site is built strictly: a page that the navigation lacks would fail `make docs`."""
    text = (ROOT / 'mkdocs.yml').read_text()
    listed = set(re.findall(r'^ +- (?:[^:\n]+: )?([\w/]+\.md)$', text, re.MULTILINE))
    pages = {path.relative_to(ROOT / 'docs').as_posix() for path in (ROOT / 'docs').rglob('*.md')}
    assert len(pages) > 10
    assert pages <= listed
    assert listed - pages == {'model_zoo.md', 'CONTRIBUTING.md', 'CHANGELOG.md'}


@pytest.mark.parametrize('page', sorted((ROOT / 'docs/guides').glob('*.md')), ids=lambda p: p.stem)
def test_a_guide_begins_with_its_outcome_and_its_cost(page):
    opening = page.read_text().split('\n## ')[0]
    assert 'At the end of this page' in opening
    if page.stem != 'errors':  # about what no single command does
        assert '**Time and memory**' in opening
        assert 'GPU' in opening


@pytest.mark.parametrize('page', sorted((ROOT / 'docs/extend').glob('*.md')), ids=lambda p: p.stem)
def test_a_page_on_extending_begins_with_its_outcome(page):
    assert 'At the end of this page' in page.read_text().split('\n## ')[0]
