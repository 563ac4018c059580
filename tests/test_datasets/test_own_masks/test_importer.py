"""Own frames, masks and sentences become a dataset in MeViS format."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.datasets.integrity import check_split
from mevis.datasets.own_masks import import_dataset, open_mask_source, read_sentences
from mevis.errors import UserError
from mevis.structures import decode_rle
from mevis.testing.own_masks import FORMS, TABLE, write_own_masks

SIZE = (48, 64)


def run_import(root: Path, **options) -> list:
    masks = root / 'masks'
    return import_dataset(
        root / 'frames',
        open_mask_source(masks if masks.is_dir() else root / 'masks.json'),
        read_sentences(root / 'sentences.csv'),
        root / 'out',
        **options,
    )


def decoded(split: Path, video: str, exp_id: str) -> np.ndarray:
    """The union of the objects of a sentence, (T, H, W)."""
    meta = json.loads((split / 'meta_expressions.json').read_text())['videos'][video]
    store = json.loads((split / 'mask_dict.json').read_text())
    union = np.zeros((len(meta['frames']), *SIZE), bool)
    for anno_id in meta['expressions'][exp_id]['anno_id']:
        union |= decode_rle(store[str(anno_id)], SIZE)
    return union


@pytest.mark.parametrize('form', FORMS)
def test_every_form_gives_the_same_masks(tmp_path: Path, form: str):
    truth = write_own_masks(tmp_path, form)
    if form == 'youtube_vis':  # objects are called by the ids of annotations
        table = TABLE.replace('right,1,valid', 'right,11,valid').replace(
            'left,2,valid', 'left,12,valid'
        )
        (tmp_path / 'sentences.csv').write_text(table)
    reports = run_import(tmp_path)
    assert [(r.split, r.videos, r.expressions, r.objects, r.frames) for r in reports] == [
        ('train', 1, 4, 2, 6),
        ('valid_u', 1, 2, 2, 6),
    ]
    for split in ('train', 'valid_u'):
        report = check_split(tmp_path / 'out' / split)
        assert report.problems == []
    train, valid = tmp_path / 'out/train', tmp_path / 'out/valid_u'
    assert np.array_equal(decoded(train, 'boat', '0'), truth['boat'][0])
    assert np.array_equal(decoded(train, 'boat', '1'), truth['boat'][1])
    assert np.array_equal(decoded(train, 'boat', '2'), truth['boat'].any(0))
    assert not decoded(train, 'boat', '3').any()
    assert np.array_equal(decoded(valid, 'kite', '1'), truth['kite'][1])


def test_an_interrupted_import_reads_only_what_is_missing_or_changed(tmp_path: Path):
    write_own_masks(tmp_path)
    run_import(tmp_path)
    assert [report.kept for report in run_import(tmp_path)] == [1, 1]
    path = tmp_path / 'masks/boat/00000.png'
    ids = np.array(Image.open(path))
    ids[:] = 0
    ids[40:, :] = 2
    Image.fromarray(ids).save(path)
    os.utime(path, ns=(1, 1))
    assert [report.kept for report in run_import(tmp_path)] == [0, 1]
    assert decoded(tmp_path / 'out/train', 'boat', '1')[0].sum() == 8 * 64


def test_changed_sentences_are_taken_over(tmp_path: Path):
    write_own_masks(tmp_path)
    run_import(tmp_path)
    (tmp_path / 'sentences.csv').write_text('video;objects;sentence\nboat;2;Ein Boot, grün\n')
    (report,) = run_import(tmp_path)
    assert (report.expressions, report.kept) == (1, 1)
    meta = json.loads((tmp_path / 'out/train/meta_expressions.json').read_text())
    (entry,) = meta['videos']['boat']['expressions'].values()
    assert entry == {'exp': 'Ein Boot, grün', 'obj_id': [1], 'anno_id': [1]}


def test_frames_are_copied_or_linked_and_never_changed(tmp_path: Path):
    write_own_masks(tmp_path)
    frame = tmp_path / 'frames/boat/00000.png'
    frame.chmod(0o400)
    data = frame.read_bytes()
    written = tmp_path / 'out/train/JPEGImages/boat/00000.png'
    run_import(tmp_path, link=True)
    assert written.is_symlink()
    assert written.read_bytes() == data
    run_import(tmp_path)
    assert not written.is_symlink()
    assert written.read_bytes() == frame.read_bytes() == data
    assert frame.stat().st_mode & 0o777 == 0o400


@pytest.mark.parametrize(('missing', 'frames'), [('skip', 5), ('absent', 6)])
def test_frames_without_masks(tmp_path: Path, missing: str, frames: int):
    truth = write_own_masks(tmp_path)
    (tmp_path / 'masks/boat/00002.png').unlink()
    with pytest.raises(UserError, match=r'boat: 1 of 6 frames have no masks, such as 00002\.png'):
        run_import(tmp_path)
    run_import(tmp_path, missing=missing)
    found = decoded(tmp_path / 'out/train', 'boat', '0')
    assert len(found) == frames
    if missing == 'absent':
        assert not found[2].any()
    else:
        assert np.array_equal(found, np.delete(truth['boat'][0], 2, 0))


def test_a_split_of_another_origin_is_not_touched(tmp_path: Path):
    write_own_masks(tmp_path)
    other = tmp_path / 'out/train/meta_expressions.json'
    other.parent.mkdir(parents=True)
    other.write_text('{}')
    with pytest.raises(UserError, match='not imported by this tool'):
        run_import(tmp_path)
    assert other.read_text() == '{}'


def test_the_masks_of_a_downloaded_dataset_are_not_replaced(tmp_path: Path):
    write_own_masks(tmp_path)
    masks = tmp_path / 'out/train/mask_dict.json'  # as in MeViS v2, without meta_expressions.json
    masks.parent.mkdir(parents=True)
    masks.write_text('{}')
    with pytest.raises(UserError, match=r'mask_dict\.json: is there already and was not imported'):
        run_import(tmp_path)
    assert masks.read_text() == '{}'


def another_size(path: Path) -> None:
    Image.new('RGB', (10, 12)).save(path)


@pytest.mark.parametrize(
    ('damage', 'message'),
    [
        (another_size, r'the frame is 12x10 .*, 00000\.png is 48x64'),
        (lambda path: path.write_bytes(b'%!PS-Adobe-3.0 EPSF-3.0\n'), 'the frame cannot be read'),
        (lambda path: path.write_bytes(b''), 'the frame cannot be read'),
        (lambda path: (path.unlink(), os.mkfifo(path)), 'is a pipe'),
        (lambda path: (path.unlink(), path.symlink_to('nothing')), 'the frame is missing'),
    ],
    ids=['size', 'EPS', 'empty', 'pipe', 'dangling'],
)
@pytest.mark.parametrize('link', [False, True])
def test_every_frame_is_looked_at(tmp_path: Path, damage, message: str, link: bool):
    write_own_masks(tmp_path)
    damage(tmp_path / 'frames/boat/00003.png')
    with pytest.raises(UserError, match=rf'boat/00003\.png: {message}'):
        run_import(tmp_path, link=link)


def small(path: Path) -> None:
    Image.fromarray(np.zeros((10, 12), np.uint8)).save(path)


def coloured(path: Path) -> None:
    Image.fromarray(np.zeros((*SIZE, 3), np.uint8)).save(path)


@pytest.mark.parametrize(
    ('damage', 'message'),
    [
        (small, r'boat/00001\.png: the mask is 10x12 .* 48x64'),
        (coloured, r'boat/00001\.png: an image of mode RGB'),
        (lambda path: path.write_bytes(b'x'), r'boat/00001\.png: the mask cannot be read'),
        (lambda path: Image.new('L', (64, 48)).save(path, 'JPEG'), r'is a JPEG inside'),
        (lambda path: path.write_bytes(path.read_bytes()[:-12]), r'is cut off'),
        (lambda path: path.rename(path.with_name('7.png')), 'no frame 7, though it has a mask'),
        (lambda path: (path.parent / '1').mkdir(), 'both PNGs .* and folders'),
    ],
)
def test_damaged_masks(tmp_path: Path, damage, message: str):
    write_own_masks(tmp_path)
    damage(tmp_path / 'masks/boat/00001.png')
    with pytest.raises(UserError, match=message):
        run_import(tmp_path)
    assert not (tmp_path / 'out/train/meta_expressions.json').exists()


def test_objects_that_are_not_there(tmp_path: Path):
    write_own_masks(tmp_path)
    (tmp_path / 'sentences.csv').write_text('video,sentence,objects\nboat,a boat,3\n')
    with pytest.raises(UserError, match=r'csv: line 2: video boat has no object .3.; it has 1, 2'):
        run_import(tmp_path)


def test_mixed_frames_and_missing_folders(tmp_path: Path):
    write_own_masks(tmp_path)
    (tmp_path / 'frames/boat/00001.png').rename(tmp_path / 'frames/boat/00001.jpg')
    with pytest.raises(UserError, match=r'frames end in \.jpg and \.png'):
        run_import(tmp_path)
    (tmp_path / 'sentences.csv').write_text('video,sentence,objects\ncar,a car,1\n')
    with pytest.raises(UserError, match=r'frames/car: no such folder'):
        run_import(tmp_path)
    with pytest.raises(UserError, match='should hold the masks'):
        open_mask_source(tmp_path / 'absent')
