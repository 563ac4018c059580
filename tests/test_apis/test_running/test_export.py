"""The graphs that are written, run by onnxruntime, answer as the model does."""

import importlib.util
import json
import re

import numpy as np
import pytest
import torch

from mevis.apis.running import export
from mevis.apis.running.export import check_exportable, check_libraries, export_model, write_graphs
from mevis.errors import UserError
from mevis.structures import RefVidSegDataSample
from mevis.testing.small_mutr import build_small_mutr, random_video

SIZE = (64, 96)


@pytest.fixture(scope='module')
def model():
    one_layer = dict(num_encoder_layers=1, num_decoder_layers=1)
    two_windows = dict(num_encoder_layers=2, num_decoder_layers=1)
    return build_small_mutr(
        transformer=one_layer,
        temporal_interaction=two_windows,
        temporal_position=True,
        clip_length=5,
    )


@pytest.fixture
def documented(repo_root):
    """The function of docs/guides/export.md that answers without PyTorch."""
    pytest.importorskip('onnxruntime')
    page = (repo_root / 'docs/guides/export.md').read_text()
    (code,) = re.findall(r'```python\n(import json\n.*?)```', page, re.DOTALL)
    names = {}
    exec(code, names)
    return names['answer']


@pytest.mark.slow
def test_onnxruntime_answers_as_the_model_for_any_number_of_frames_and_words(
    model, tmp_path, documented
):
    write_graphs(model, SIZE, tmp_path)
    about = {'clip_length': model.clip_length, 'times': True}
    (tmp_path / 'export.json').write_text(json.dumps(about))
    for num_frames, text in ((1, 'bird'), (4, 'a bird'), (7, 'the bird that flies away'), (17, '')):
        frames, indices = random_video(num_frames, SIZE), list(range(num_frames))
        meta = dict(frame_indices=indices, num_video_frames=40, img_shape=SIZE, ori_shape=SIZE)
        with torch.no_grad():
            encoded = model.encode_video(frames, RefVidSegDataSample(metainfo=meta))
            expected = model.answer(encoded, text)
            masks = expected.logits()
        ids = np.array(model.text_encoder.tokenize(text))
        score, logits = documented(tmp_path, frames.numpy(), ids)
        torch.testing.assert_close(torch.from_numpy(logits), masks, rtol=1e-4, atol=1e-4)
        assert score == pytest.approx(expected.score, abs=1e-4)


def test_other_models_are_refused(model):
    check_exportable(model, 'c.py')
    with pytest.raises(UserError, match=r'c\.py: Linear cannot be exported, only MUTR and'):
        check_exportable(torch.nn.Linear(1, 1), 'c.py')
    with_instances = build_small_mutr(query_initializer=dict(type='TrajectoryQueryInitializer'))
    with pytest.raises(UserError, match='query_initializer is TrajectoryQueryInitializer'):
        check_exportable(with_instances, 'c.py')
    with pytest.raises(UserError, match='model.clip_query is joint'):
        check_exportable(build_small_mutr(clip_query='joint', clip_length=3), 'c.py')


def test_missing_libraries_are_named(monkeypatch):
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: None)
    with pytest.raises(UserError, match=r"onnx and onnxscript: .* pip install 'mevis\[export\]'"):
        check_libraries()


def test_a_folder_of_something_else_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(export, 'check_libraries', lambda: None)
    (tmp_path / 'mine.txt').write_text('mine')
    with pytest.raises(UserError, match='holds other files'):
        export_model('c.py', 'w.pth', tmp_path, SIZE)
    with pytest.raises(UserError, match='--size 8x96: 32 pixels'):
        export_model('c.py', 'w.pth', tmp_path / 'new', (8, 96))
    assert not (tmp_path / 'new').exists()


@pytest.mark.slow
def test_a_folder_says_what_its_graphs_want(tmp_path, repo_root, monkeypatch):
    monkeypatch.setattr(export, 'check_libraries', lambda: None)
    monkeypatch.setattr(export, 'write_graphs', lambda model, size, folder: None)
    weights = repo_root / 'weights/mutr_tiny_moving_shapes.safetensors'
    config = repo_root / 'configs/mutr_tiny_moving_shapes.py'
    for _ in range(2):  # its own folder is replaced
        export_model(config, weights, tmp_path / 'out', (96, 144))
    about = json.loads((tmp_path / 'out/export.json').read_text())
    assert about.pop('checkpoint')
    assert about.pop('model') == 'MUTR'
    assert about == {'size': [96, 144], 'clip_length': 6, 'times': True, 'mask_threshold': 0.5}
