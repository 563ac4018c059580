"""tools/select_tracks.py as a user runs it, with the shipped selector."""

import json
import random
import subprocess
import sys

import pytest

WAYS = [(520, -6, 300), (80, 5, 310), (300, 0, 120), (560, -4, 200), (90, 7, 90)]


@pytest.fixture(scope='module')
def tracks(tmp_path_factory):
    """Five noisy boxes: two go left, two right, one stays; one late, one with a gap."""
    rng = random.Random(3)
    lines = []
    for frame in range(1, 61):
        for name, (x, speed, y) in enumerate(WAYS, 11):
            if (name == 14 and frame < 15) or (name == 15 and 20 < frame < 27):
                continue
            left, top = x + speed * frame + rng.gauss(0, 2), y + rng.gauss(0, 2)
            lines.append(f'{frame},{name},{left:.1f},{top:.1f},40,90,1,-1,-1,-1\n')
    rng.shuffle(lines)
    path = tmp_path_factory.mktemp('tracks') / 'mot.txt'
    path.write_text(''.join(lines))
    return path


def select(repo_root, *arguments):
    command = [sys.executable, str(repo_root / 'tools/select_tracks.py'), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_it_chooses_prints_and_writes(repo_root, tracks, tmp_path):
    texts = (
        'the object moving to the left',
        'the purple one that stays stil still',
        'the thing going right',
    )
    asked = [part for text in texts for part in ('--text', text)]
    out = tmp_path / 'answers.json'
    done = select(repo_root, tracks, '--size', '640x480', *asked, '--out', out)
    assert done.returncode == 0, done.stderr
    content = json.loads(out.read_text())
    assert content['tracks'] == [11, 12, 13, 14, 15]
    assert [sorted(answer['chosen']) for answer in content['answers']] == [[11, 14], [13], [12, 15]]
    assert all(set(answer) == {'text', 'scores', 'chosen'} for answer in content['answers'])
    assert all(0 <= score <= 1 for answer in content['answers'] for score in answer['scores'])
    warning = ' '.join(done.stderr.split()) + ' '.join(done.stdout.split())
    assert "'purple'" in warning
    assert "'stil' (like still" in warning
    assert 'anything' in done.stdout


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--size', '640x480', '--text', 'the purple elephant'], "'purple'"),
        (['--size', '640', '--text', 'the thing going right'], '--size 640'),
        (['--size', '²40x480', '--text', 'the thing going right'], '--size ²40x480'),
        (['--text', 'the thing going right'], '--size'),
    ],
)
def test_a_mistake_is_one_line(repo_root, tracks, arguments, message):
    done = select(repo_root, tracks, *arguments)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith('error: ')
    assert message in last
    assert 'Traceback' not in done.stderr
