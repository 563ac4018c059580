"""The archive holds what the server asks for, or it is not there."""

import io
import os
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mevis.errors import UserError
from mevis.evaluation.prediction_source import StoredPredictions
from mevis.evaluation.prediction_store import PredictionStore
from mevis.evaluation.submission import check_archive, write_archive
from mevis.structures import ExpressionPrediction, encode_rle


def test_holds_every_mask_as_the_server_takes_it(tmp_path, layout, predictions, masks):
    out = tmp_path / 'out' / 'valid.zip'
    write_archive(out, predictions, layout)
    with zipfile.ZipFile(out) as file:
        assert file.namelist() == [entry for video in layout for entry in video.entries()]
        for entry, mask in masks.items():
            with Image.open(io.BytesIO(file.read(entry))) as image:
                assert (image.format, image.mode) == ('PNG', 'L')
                assert (np.asarray(image) == mask * 255).all()
    assert check_archive(out, layout) == []


def test_the_same_answers_make_the_same_bytes(tmp_path, layout, predictions):
    stages = []
    write_archive(tmp_path / 'a.zip', predictions, layout)
    os.utime(tmp_path / 'predictions' / 'videos' / 'bird.json', (1, 1))
    write_archive(tmp_path / 'b.zip', predictions, layout, 2, lambda *told: stages.append(told))
    assert (tmp_path / 'a.zip').read_bytes() == (tmp_path / 'b.zip').read_bytes()
    assert stages == [('writing', 1, 2), ('writing', 2, 2), ('checking', 1, 2), ('checking', 2, 2)]


def test_answers_to_other_sentences_make_no_archive(tmp_path, layout):
    store = PredictionStore(tmp_path / 'v1', {'data_root': str(tmp_path / 'data_v1')})
    for video in layout:
        rles = encode_rle(np.zeros((len(video.frame_names), *video.size), bool))
        answers = [ExpressionPrediction(i, f'of v1, {i}', rles, 0.5) for i in video.exp_ids]
        store.write(video.name, video.frame_names, answers)
    source = StoredPredictions(store, tmp_path / 'data_v2')
    asked = [replace(v, texts=tuple(f'of v2, {i}' for i in v.exp_ids)) for v in layout]
    out = tmp_path / 'valid.zip'
    with pytest.raises(UserError, match=r"video bird, expression 0: predicted for 'of v1, 0'"):
        write_archive(out, source, asked)
    assert not out.exists()
    write_archive(out, source, layout)  # which does not know its sentences


def test_an_incomplete_test_makes_no_archive(tmp_path, layout, predictions):
    (tmp_path / 'predictions' / 'videos' / 'cat.json').unlink()
    predictions = type(predictions)(predictions.store)
    with pytest.raises(UserError, match=r'1 of 2 videos have no predictions \(cat\)'):
        write_archive(tmp_path / 'valid.zip', predictions, layout)
    assert not list(tmp_path.glob('*.zip'))


def test_a_mask_of_another_size_makes_no_archive(tmp_path, layout, predictions):
    wrong = [layout[0], type(layout[1])('cat', ('0',), ('00000',), (20, 20))]
    (tmp_path / 'valid.zip').write_text('the one before')
    with pytest.raises(UserError, match='video cat, expression 0, frame 00000: the mask is 10x10'):
        write_archive(tmp_path / 'valid.zip', predictions, wrong)
    assert (tmp_path / 'valid.zip').read_text() == 'the one before'
    assert not list(tmp_path.glob('.valid*'))


def test_an_archive_that_turns_out_wrong_is_not_kept(tmp_path, layout, predictions, monkeypatch):
    monkeypatch.setattr('mevis.evaluation.submission.archive.encode_png', lambda mask: b'?')
    with pytest.raises(UserError, match=r'not written: bird/0/00000.png: not a PNG'):
        write_archive(tmp_path / 'valid.zip', predictions, layout)
    assert not list(tmp_path.glob('*.zip'))


def test_the_name_must_be_that_of_a_zip_file(tmp_path, layout, predictions):
    with pytest.raises(UserError, match='name the archive .zip'):
        write_archive(tmp_path / 'valid', predictions, layout)
