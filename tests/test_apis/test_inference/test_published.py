"""A published folder answers as the config and checkpoint that it was made of."""

import json

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mevis.apis import RefVidSegInferencer
from mevis.apis.inference.published import publish_model
from mevis.errors import UserError
from mevis.testing.small_mutr import build_small_mutr, random_video, small_mutr_config


@pytest.fixture
def config() -> Config:
    pipeline = [
        dict(type='LoadResizedFrames', short_side=64, max_long_side=96),
        dict(type='LoadInstanceMasks'),
        dict(type='NormalizeExpression'),
        dict(type='PackRefVidSegInputs'),
    ]
    loader = dict(dataset=dict(type='MeViSDataset', test_mode=True, pipeline=pipeline))
    evaluator = dict(type='RefVidSegMetric')
    training = dict(optim_wrapper=dict(type='OptimWrapper'), load_from='gone.pth')
    return Config(
        dict(
            model=small_mutr_config(), test_dataloader=loader, test_evaluator=evaluator, **training
        )
    )


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / 'small.pth'
    state = {f'module.{key}': value for key, value in build_small_mutr().state_dict().items()}
    torch.save({'state_dict': state}, path)
    return path


def test_it_answers_as_its_checkpoint(config, weights, tmp_path):
    expected = RefVidSegInferencer(Config(config.to_dict()), weights, 'cpu')
    assert publish_model(config, weights, tmp_path / 'small', {'J&F': 61.234, 'T-acc': None}) == []
    loaded = RefVidSegInferencer.from_pretrained(tmp_path / 'small', 'cpu')
    frames = random_video(4, (64, 96)).permute(0, 2, 3, 1).contiguous().numpy()
    results = [model(frames, ['what moves left']) for model in (expected, loaded)]
    assert results[0].scores == results[1].scores
    np.testing.assert_array_equal(results[0].masks(0), results[1].masks(0))
    card = (tmp_path / 'small/README.md').read_text()
    assert '| J&F | 61.23 |' in card
    assert 'T-acc' not in card
    kept = json.loads((tmp_path / 'small/config.json').read_text())
    assert not {'optim_wrapper', 'load_from'} & set(kept)
    mode = (tmp_path / 'small/model.safetensors').stat().st_mode
    assert mode == (tmp_path / 'small/config.json').stat().st_mode


def test_files_that_the_config_names_are_told(config, weights, tmp_path):
    (tmp_path / 'hq.pth').write_bytes(b'x')
    config.model.refiner = dict(type='HQSAMRefiner', checkpoint=str(tmp_path / 'hq.pth'))
    needed = publish_model(config, weights, tmp_path / 'small')
    assert needed == [str(tmp_path / 'hq.pth')]
    assert needed[0] in (tmp_path / 'small/README.md').read_text()


def test_what_is_no_published_model_is_named(tmp_path):
    with pytest.raises(UserError, match=r'absent: no such folder'):
        RefVidSegInferencer.from_pretrained(tmp_path / 'absent')
    with pytest.raises(UserError, match=r'no config.json in it'):
        RefVidSegInferencer.from_pretrained(tmp_path)


def test_a_folder_of_others_is_kept(config, weights, tmp_path):
    (tmp_path / 'notes.txt').write_text('mine')
    with pytest.raises(UserError, match='holds other files'):
        publish_model(config, weights, tmp_path)
    assert (tmp_path / 'notes.txt').read_text() == 'mine'


def test_a_model_of_another_library_is_kept(config, weights, tmp_path):
    for name in ('config.json', 'model.safetensors'):  # as those of transformers are called
        (tmp_path / 'bert').mkdir(exist_ok=True)
        (tmp_path / 'bert' / name).write_text('theirs')
    with pytest.raises(UserError, match='holds a model that this tool did not write'):
        publish_model(config, weights, tmp_path / 'bert')
    assert (tmp_path / 'bert/model.safetensors').read_text() == 'theirs'


def test_what_lies_beside_a_publication_is_kept(config, weights, tmp_path):
    publish_model(Config(config.to_dict()), weights, tmp_path / 'small')
    publish_model(Config(config.to_dict()), weights, tmp_path / 'small')
    (tmp_path / 'small/thesis.tex').write_text('mine')
    with pytest.raises(UserError, match=r'holds thesis\.tex'):
        publish_model(config, weights, tmp_path / 'small')
    assert (tmp_path / 'small/thesis.tex').read_text() == 'mine'


def changed(folder, change) -> None:
    content = json.loads((folder / 'config.json').read_text())
    change(content)
    (folder / 'config.json').write_text(json.dumps(content))


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda cfg: cfg.update(_base_='evil.py'), r'config\.json: has a _base_'),
        (lambda cfg: cfg['model'].update(type='subprocess.Popen'), r'model\.type=.subprocess'),
        (
            lambda cfg: cfg['test_dataloader']['dataset'].update(pipeline=[]),
            r'test_dataloader\.dataset\.pipeline is empty',
        ),
    ],
)
def test_a_published_config_is_no_program(config, weights, tmp_path, change, message):
    publish_model(config, weights, tmp_path / 'small')
    (tmp_path / 'small/evil.py').write_text(f'open({str(tmp_path / "mark")!r}, "w")')
    changed(tmp_path / 'small', change)
    with pytest.raises(UserError, match=message):
        RefVidSegInferencer.from_pretrained(tmp_path / 'small', 'cpu')
    assert not (tmp_path / 'mark').exists()


def test_what_could_not_be_loaded_is_not_published(config, weights, tmp_path):
    config.test_evaluator = dict(type='torch.nn.Identity')
    with pytest.raises(UserError, match=r'test_evaluator\.type'):
        publish_model(config, weights, tmp_path / 'small')
