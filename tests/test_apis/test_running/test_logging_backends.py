import pytest
from mmengine.visualization import LocalVisBackend

from mevis.apis.configs.loading import load_config
from mevis.apis.configs.values import check_values
from mevis.apis.running import logging_backends
from mevis.apis.running.logging_backends import check_backends
from mevis.errors import UserError
from mevis.registry import VISUALIZERS

BACKENDS = ['TensorboardVisBackend', 'WandbVisBackend', 'MLflowVisBackend']


def configured(repo_root, backend, **more):
    overrides = {'visualizer.vis_backends.1.type': backend, **more}
    return load_config(repo_root / 'configs/mutr_tiny_moving_shapes.py', overrides)


@pytest.mark.parametrize('backend', BACKENDS)
def test_one_override_adds_a_backend_beside_the_files(backend, repo_root, tmp_path):
    cfg = configured(repo_root, backend)
    check_values(cfg)
    # Instances of one name are shared.
    options = {**cfg.visualizer, 'name': f'{tmp_path}', 'save_dir': str(tmp_path)}
    built = list(VISUALIZERS.build(options)._vis_backends.values())
    assert isinstance(built[0], LocalVisBackend)
    assert type(built[1]).__name__ == backend


@pytest.mark.parametrize('backend', BACKENDS)
def test_a_missing_package_is_named_before_the_start(backend, repo_root, monkeypatch):
    cfg = configured(repo_root, backend)
    monkeypatch.setattr(logging_backends, 'find_spec', lambda name: object())
    check_backends(cfg)
    monkeypatch.setattr(logging_backends, 'find_spec', lambda name: None)
    expected = rf'visualizer\.vis_backends\.1\.type={backend}: .*pip install'
    with pytest.raises(UserError, match=expected):
        check_backends(cfg)


def test_arguments_of_a_backend_are_checked_and_set(repo_root):
    place = 'visualizer.vis_backends.1'
    cfg = configured(repo_root, 'WandbVisBackend', **{f'{place}.init_kwargs': {'project': 'p'}})
    assert cfg.visualizer.vis_backends[1].init_kwargs == {'project': 'p'}
    with pytest.raises(UserError, match='Did you mean exp_name'):
        configured(repo_root, 'MLflowVisBackend', **{f'{place}.exp_nam': 'p'})


def test_without_a_list_of_backends_there_is_nothing_to_check(repo_root):
    cfg = load_config(repo_root / 'configs/mutr_tiny_moving_shapes.py')
    for value in (None, {}, {'vis_backends': 5}, {'vis_backends': [5]}):
        cfg.visualizer = value
        check_backends(cfg)
