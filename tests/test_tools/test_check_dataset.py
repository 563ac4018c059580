"""Every kind of damage is found and named with its file."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.datasets.integrity import check_split, find_splits
from mevis.datasets.layouts import LAYOUTS
from mevis.testing.tiny_mevis import write_tiny_mevis
from mevis.testing.tiny_refcoco import write_tiny_refcoco

META, MASKS = 'meta_expressions.json', 'mask_dict.json'
FRAME = 'JPEGImages/bird/00003.jpg'


def edit(name):
    """A damage of a JSON file as a function of its content."""

    def decorate(change):
        def damage(folder: Path) -> None:
            data = json.loads((folder / name).read_text())
            change(data['videos'] if name == META else data)
            (folder / name).write_text(json.dumps(data))

        return damage

    return decorate


def truncate(name: str, share: float):
    def damage(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: int(len(data) * share)])

    return damage


def change_size(folder: Path) -> None:
    Image.fromarray(np.zeros((10, 10, 3), np.uint8)).save(folder / FRAME)


def shorten_runs(masks: dict) -> None:
    masks['0'][2]['counts'] = masks['0'][2]['counts'][:-2]


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


# kind, file that the message names, words that it contains, damage, whether --fast finds it
DAMAGES = [
    ('annotations missing', META, 'download', lambda f: (f / META).unlink(), True),
    ('annotations malformed', META, 'Download', truncate(META, 0.5), True),
    (
        'annotations malformed',
        META,
        'video cat',
        edit(META)(lambda videos: videos.update(cat=[1])),
        True,
    ),
    (
        'annotations malformed',
        META,
        'video cat: frames: expected array, got int',
        edit(META)(lambda videos: videos['cat'].update(frames=3)),
        True,
    ),
    (
        'annotations malformed',
        META,
        'expressions: expected object, got array',
        edit(META)(lambda videos: videos['cat'].update(expressions=[])),
        True,
    ),
    (
        'annotations malformed',
        META,
        'another folder',
        edit(META)(lambda videos: videos.update({'../cat': videos.pop('cat')})),
        True,
    ),
    (
        'annotations malformed',
        META,
        'comes twice',
        lambda f: (f / META).write_text('{"videos": {}, "videos": {}}'),
        True,
    ),
    (
        'frame with a bad name',
        META,
        'video cat: frame',
        edit(META)(lambda videos: videos['cat']['frames'].append('../x')),
        True,
    ),
    (
        'expression with a bad name',
        META,
        'video cat: expression',
        edit(META)(lambda videos: videos['cat']['expressions'].update({'/x': {'exp': 'a'}})),
        True,
    ),
    ('masks malformed', MASKS, 'behind', lambda f: append(f / MASKS, '{}'), True),
    (
        'masks malformed',
        MASKS,
        'anno_id 1, frame 2: size must be',
        edit(MASKS)(lambda masks: masks['1'][2].update(size=[-48, -64])),
        True,
    ),
    ('annotations empty', META, 'no videos', edit(META)(lambda videos: videos.clear()), True),
    ('masks missing', MASKS, 'anno_id', lambda f: (f / MASKS).unlink(), True),
    ('masks malformed', MASKS, 'complete', truncate(MASKS, 0.7), True),
    (
        'masks malformed',
        MASKS,
        'anno_id 1, frame 2',
        edit(MASKS)(lambda masks: masks['1'].__setitem__(2, {'size': [48, 64]})),
        True,
    ),
    ('frames missing', 'JPEGImages', 'extract', lambda f: shutil.rmtree(f / 'JPEGImages'), True),
    (
        'video folder missing',
        'JPEGImages/bird',
        'extract',
        lambda f: shutil.rmtree(f / 'JPEGImages/bird'),
        True,
    ),
    ('frame missing', FRAME, 'extract', lambda f: (f / FRAME).unlink(), True),
    ('frame empty', FRAME, '0 bytes', lambda f: (f / FRAME).write_bytes(b''), True),
    ('frame undecodable', FRAME, 'truncated', truncate(FRAME, 0.8), True),
    (
        'frame undecodable',
        FRAME,
        '',
        lambda f: (f / FRAME).write_bytes(b'<html>404</html>\xff\xd9'),
        True,
    ),
    ('frame of another size', FRAME, '(48, 64)', change_size, True),
    (
        'video without frames',
        META,
        'video cat',
        edit(META)(lambda videos: videos['cat'].update(frames=[])),
        True,
    ),
    (
        'frame listed twice',
        META,
        'video cat',
        edit(META)(lambda videos: videos['cat'].update(frames=['00000', '00000', '00001'])),
        True,
    ),
    (
        'video without expressions',
        META,
        'video cat',
        edit(META)(lambda videos: videos['cat'].update(expressions={})),
        True,
    ),
    (
        'expression empty',
        META,
        'video bird: expression 1',
        edit(META)(lambda videos: videos['bird']['expressions']['1'].update(exp=' ')),
        True,
    ),
    (
        'ids malformed',
        META,
        'expression 0',
        edit(META)(lambda videos: videos['bird']['expressions']['0'].update(anno_id='0')),
        True,
    ),
    (
        'ids inconsistent',
        META,
        'expression 2',
        edit(META)(lambda videos: videos['bird']['expressions']['2'].update(obj_id=[0])),
        True,
    ),
    (
        'object in two videos',
        META,
        'anno_id 0',
        edit(META)(lambda videos: videos['cat']['expressions']['0'].update(anno_id=[0])),
        True,
    ),
    ('object without masks', MASKS, 'anno_id 1', edit(MASKS)(lambda masks: masks.pop('1')), True),
    (
        'track of wrong length',
        MASKS,
        'anno_id 2',
        edit(MASKS)(lambda masks: masks['2'].pop()),
        True,
    ),
    (
        'RLE of wrong size',
        MASKS,
        'anno_id 2, frame 1',
        edit(MASKS)(lambda masks: masks['2'][1].update(size=[24, 128])),
        True,
    ),
    ('RLE broken', MASKS, 'anno_id 0, frame 2', edit(MASKS)(shorten_runs), False),
]
WARNINGS = [
    (
        'frames unsorted',
        META,
        edit(META)(lambda videos: videos['bird']['frames'].reverse()),
    ),
    (
        'unlisted frame',
        'JPEGImages/cat',
        lambda f: shutil.copy(f / FRAME, f / 'JPEGImages/cat/extra.jpg'),
    ),
    ('unknown video folder', 'JPEGImages/dog', lambda f: (f / 'JPEGImages/dog').mkdir()),
    (
        'ids differ in capitals',
        META,
        edit(META)(
            lambda videos: videos['bird']['expressions'].update(
                a=videos['bird']['expressions']['0'], A=videos['bird']['expressions']['0']
            )
        ),
    ),
    (
        'object never seen',
        MASKS,
        edit(MASKS)(lambda masks: masks.update({'2': [None] * 3})),
    ),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny_mevis(tmp_path)


def test_enough_kinds():
    assert len({kind for kind, *_ in DAMAGES}) >= 15


@pytest.mark.parametrize('fast', [False, True])
def test_sound(folder: Path, fast: bool):
    report = check_split(folder, fast)
    assert report.sound
    assert not report.problems
    expected = {'videos': 2, 'expressions': 5, 'frames': 9, 'objects': 3, 'masks': 13}
    assert expected.items() <= report.counts.items()
    assert report.counts['expressions without target'] == 1


def test_split_without_masks(tmp_path: Path):
    report = check_split(write_tiny_mevis(tmp_path, 'valid', truth=False))
    assert report.sound
    assert not report.problems


@pytest.mark.parametrize(('kind', 'place', 'words', 'damage', 'by_fast'), DAMAGES)
def test_damage(folder: Path, kind, place, words, damage, by_fast):
    damage(folder)
    for fast in (False, True) if by_fast else (False,):
        report = check_split(folder, fast)
        found = [problem for problem in report.problems if problem.kind == kind]
        assert found, report.problems
        assert any(
            problem.place == str(folder / place) and words in problem.detail for problem in found
        ), found
        assert not report.sound


@pytest.mark.parametrize(('kind', 'place', 'damage'), WARNINGS)
def test_oddities_are_warnings(folder: Path, kind, place, damage):
    damage(folder)
    report = check_split(folder)
    assert report.sound
    assert [(p.kind, p.place) for p in report.problems] == [(kind, str(folder / place))]


def test_what_file_managers_leave_is_no_data(folder: Path):
    (folder.parent / '__MACOSX/JPEGImages').mkdir(parents=True)
    (folder.parent / '.old/JPEGImages').mkdir(parents=True)
    (folder / 'JPEGImages/.DS_Store').touch()
    (folder / 'JPEGImages/bird/._00000.jpg').touch()
    assert find_splits(folder.parent) == ['train']
    assert check_split(folder).problems == []


@pytest.mark.parametrize('fast', [False, True])
def test_frames_of_another_format_are_sound(folder: Path, fast: bool):
    for path in (folder / 'JPEGImages/bird').iterdir():
        Image.open(path).save(path.with_suffix('.png'))
        path.unlink()
    assert check_split(folder, fast).problems == []


def test_published_checksum(folder: Path, monkeypatch):
    monkeypatch.setattr('mevis.datasets.integrity._PUBLISHED_COUNTS', {'train': (2, 5)})
    report = check_split(folder)
    assert [problem.kind for problem in report.problems] == ['checksum']
    assert 'f9d9b01a2a6d' in report.problems[0].detail
    assert not report.sound


def test_processes_find_the_same(folder: Path):
    (folder / FRAME).unlink()
    one, two = check_split(folder, num_workers=1), check_split(folder, num_workers=2)
    assert one.problems == two.problems
    assert one.counts == two.counts


def run_tool(repo_root: Path, *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, str(repo_root / 'tools/check_dataset.py'), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=repo_root)


def test_command(repo_root: Path, folder: Path):
    run = run_tool(repo_root, folder.parent)
    assert run.returncode == 0, run.stderr
    assert 'sound' in run.stdout
    (folder / FRAME).unlink()
    run = run_tool(repo_root, folder.parent)
    assert run.returncode == 1, run.stderr
    assert f'error frame missing: {folder / FRAME}: no such file; extract it' in run.stdout
    run = run_tool(repo_root, folder.parent, '--fast', '--json')
    assert run.returncode == 1, run.stderr
    (report,) = json.loads(run.stdout)
    assert report['problems'][0]['place'] == str(folder / FRAME)


def test_command_with_another_layout(repo_root: Path, tmp_path: Path):
    write_tiny_refcoco(tmp_path)
    run = run_tool(repo_root, tmp_path, '--split', 'refcoco/val')
    assert run.returncode == 0, run.stderr
    assert 'refcoco/val (refcoco): 2 videos' in run.stdout
    image = min(tmp_path.rglob('*.jpg'))
    image.unlink()
    run = run_tool(repo_root, tmp_path, '--layout', 'refcoco', '--workers', 1)
    assert run.returncode == 1, run.stderr
    assert f'error frame missing: {image}: no such file; extract it' in run.stdout
    run = run_tool(repo_root, tmp_path, '--split', 'testA')
    assert run.returncode == 2
    assert 'no split testA; has refcoco/train, refcoco/val' in run.stdout + run.stderr


def test_the_tool_knows_every_layout(repo_root: Path):
    text = (repo_root / 'tools/check_dataset.py').read_text()
    listed = text.split('_LAYOUTS = (')[1].split(')')[0]
    assert re.findall(r"'(\w+)'", listed) == list(LAYOUTS)


def test_command_with_nothing_to_check(repo_root: Path, tmp_path: Path):
    run = run_tool(repo_root, tmp_path / 'absent')
    assert run.returncode == 2
    assert 'Traceback' not in run.stderr
    assert str(tmp_path / 'absent') in run.stdout + run.stderr
