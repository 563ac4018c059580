"""Masks come out of PNG files and of the store alike; each mistake names its file."""

import numpy as np
import pytest
from PIL import Image

from mevis.errors import UserError
from mevis.evaluation import prediction_source
from mevis.evaluation.prediction_source import (
    open_predictions,
    prediction_folders,
    read_png_mask,
)
from mevis.evaluation.prediction_store import PredictionStore
from mevis.structures import ExpressionPrediction, encode_rle

FRAMES = ('00000', '00001')
SIZE = (12, 16)


@pytest.fixture
def masks() -> np.ndarray:
    return np.random.default_rng(0).random((2, *SIZE)) < 0.4


@pytest.fixture
def tree(tmp_path, masks):
    folder = tmp_path / 'bird' / '0'
    folder.mkdir(parents=True)
    for frame, mask in zip(FRAMES, masks, strict=True):
        Image.fromarray(mask.astype(np.uint8) * 255).save(folder / f'{frame}.png')
    return tmp_path


@pytest.fixture
def work_dir(tmp_path, masks):
    store = PredictionStore(tmp_path / 'test' / 'predictions', {})
    answer = ExpressionPrediction('0', 'a bird', encode_rle(masks), 0.5)
    store.write('bird', FRAMES, [answer])
    return tmp_path / 'test'


def read(folder, video='bird', exp_id='0', frames=FRAMES, size=SIZE) -> np.ndarray:
    return np.stack(list(open_predictions(folder).masks(video, exp_id, frames, size)))


def test_both_sources_give_the_same(tree, work_dir, masks):
    for folder in (tree, work_dir, work_dir / 'predictions'):
        assert (read(folder) == masks).all()
        assert (read(folder, size=None) == masks).all()
        assert (read(folder, frames=FRAMES[::-1]) == masks[::-1]).all()
        source = open_predictions(folder)
        assert source.has_video('bird')
        assert not source.has_video('cat')


def test_folders_that_are_read_are_those_with_predictions(tree, work_dir):
    assert prediction_folders(work_dir) == [work_dir / 'predictions']
    assert prediction_folders(work_dir / 'predictions') == [work_dir / 'predictions']
    assert sorted(prediction_folders(tree)) == [tree / 'bird', work_dir]
    assert prediction_folders(tree / 'none') == []


def test_sources_travel_to_workers(tree, work_dir, masks):
    import pickle

    for folder in (tree, work_dir):
        source = pickle.loads(pickle.dumps(open_predictions(folder)))
        assert (np.stack(list(source.masks('bird', '0', FRAMES, SIZE))) == masks).all()


def test_any_pixel_that_is_not_black_is_foreground(tmp_path):
    values = np.array([[0, 1], [128, 255]], np.uint8)
    colour = np.zeros((2, 2, 3), np.uint8)
    colour[0, 1, 2] = colour[1, 0, 0] = colour[1, 1] = 1
    palette = Image.fromarray(np.array([[0, 1], [2, 3]], np.uint8), 'P')
    palette.putpalette([0, 0, 0, 9, 0, 0, 0, 9, 0, 255, 255, 255])
    pictures = {
        'grey': Image.fromarray(values),
        'bits': Image.fromarray(values > 0),
        'colour': Image.fromarray(colour),
        'alpha': Image.fromarray(colour).convert('RGBA'),
        'palette': palette,
    }
    for name, picture in pictures.items():
        picture.save(tmp_path / f'{name}.png')
        mask = read_png_mask(tmp_path / f'{name}.png')
        assert mask.tolist() == [[False, True], [True, True]], name


def test_colour_zero_of_a_palette_need_not_be_black(tmp_path):
    palette = Image.fromarray(np.array([[0, 1]], np.uint8), 'P')
    palette.putpalette([255, 255, 255, 0, 0, 0])
    palette.save(tmp_path / 'mask.png')
    assert read_png_mask(tmp_path / 'mask.png').tolist() == [[True, False]]


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-30])


def no_picture(path):
    path.write_text('not a picture')


def deep(path):
    Image.fromarray(np.ones(SIZE, np.uint16)).save(path)


def jpeg(path):
    Image.new('L', SIZE[::-1]).save(path, 'JPEG')


def animated(path):
    pictures = [Image.new('L', SIZE[::-1], value) for value in (0, 255)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:])


def endless(path):
    path.write_bytes(path.read_bytes()[:-12])


def resized(path):
    Image.new('L', (4, 4)).save(path)


@pytest.mark.parametrize(
    ('damage', 'message'),
    [
        (cut_off, 'is cut off'),
        (no_picture, 'cannot be read'),
        (lambda path: path.unlink(), 'is missing'),
        (deep, 'masks are 8-bit'),
        (jpeg, 'is a JPEG inside, not a PNG'),
        (animated, 'is an animated PNG'),
        (endless, 'is cut off: its end is missing'),
        (resized, 'the mask is 4x4 .* the video 12x16'),
    ],
)
def test_a_damaged_png_is_named(tree, damage, message):
    path = tree / 'bird' / '0' / '00001.png'
    damage(path)
    with pytest.raises(UserError, match=rf'{path}: .*{message}'):
        read(tree)


@pytest.mark.parametrize(
    ('mode', 'value', 'note'),
    [('L', 255, ''), ('L', 1, ''), ('1', 1, ''), ('L', None, '30 greys'), ('RGB', None, 'colours')],
)
def test_a_mask_that_may_be_meant_otherwise_is_noted(tmp_path, monkeypatch, mode, value, note):
    path = tmp_path / 'bird' / '0' / '00000.png'
    path.parent.mkdir(parents=True)
    if value is None:
        grey = np.arange(31, dtype=np.uint8)[None]
        picture = Image.fromarray(np.stack([grey, 2 * grey, grey], -1) if mode == 'RGB' else grey)
    else:
        picture = Image.new(mode, (4, 4), value)
    picture.save(path)
    notes = []
    monkeypatch.setattr(prediction_source, 'print_log', lambda text, *level: notes.append(text))
    open_predictions(tmp_path)
    said = ' '.join(notes)
    assert ('every pixel that is not black counts' in said) == bool(note)
    assert note in said


def test_without_a_known_size_all_must_be_alike(tree):
    resized(tree / 'bird' / '0' / '00001.png')
    with pytest.raises(UserError, match='00001.png: the mask is 4x4'):
        read(tree, size=None)


def test_an_expression_that_is_missing_is_named(tree, work_dir):
    with pytest.raises(UserError, match=r'bird/1: no such folder.*Every expression'):
        read(tree, exp_id='1')
    with pytest.raises(UserError, match='video bird: no prediction for expression 1'):
        read(work_dir, exp_id='1')


def test_stored_masks_are_checked_too(work_dir):
    with pytest.raises(UserError, match='expression 0, frame 00000: the mask is 12x16'):
        read(work_dir, size=(24, 32))
    with pytest.raises(UserError, match='no mask for frame 00009'):
        read(work_dir, frames=('00009',))


def test_folders_of_something_else_are_refused(tmp_path):
    with pytest.raises(UserError, match='no such folder'):
        open_predictions(tmp_path / 'absent')
    (tmp_path / 'file.txt').write_text('')
    with pytest.raises(UserError, match='neither <video>'):
        open_predictions(tmp_path)


@pytest.mark.parametrize(
    ('data_root', 'text', 'refused'),
    [
        ('v1', 'a cat', True),
        ('v1', 'A  Bird', False),
        ('v1', None, False),
        ('v2', 'a cat', False),  # its own data: the pipeline may have changed the sentence
    ],
)
def test_sentences_of_other_data_are_not_answered(tmp_path, masks, data_root, text, refused):
    store = PredictionStore(tmp_path / 'test', {'data_root': str(tmp_path / data_root)})
    store.write('bird', FRAMES, [ExpressionPrediction('0', 'a bird', encode_rle(masks), 0.5)])
    source = open_predictions(tmp_path / 'test', tmp_path / 'v2' / 'valid' / 'meta.json')
    if refused:
        with pytest.raises(UserError, match=r"expression 0: predicted for 'a bird', .*'a cat' now"):
            list(source.masks('bird', '0', FRAMES, SIZE, text))
    else:
        assert (np.stack(list(source.masks('bird', '0', FRAMES, SIZE, text))) == masks).all()
