import io
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer

from mevis.engine.hooks.plain_checkpoint_hook import PlainCheckpointHook, to_plain


def checkpoint() -> dict:
    history = HistoryBuffer([0.1, 0.7], [1, 2])
    return {
        'meta': {'iter': np.int64(3), 'path': Path('a/b')},
        'state_dict': OrderedDict(weight=torch.ones(2)),
        'message_hub': {
            'log_scalars': OrderedDict({'train/loss': history}),
            'runtime_info': OrderedDict(best=np.float64(0.5), list=[np.float32(1)]),
            'resumed_keys': {'train/loss': True},
        },
        'optimizer': {'state': {0: {'step': torch.tensor(1.0)}}, 'param_groups': [{'lr': 0.1}]},
    }


def runner() -> SimpleNamespace:
    model = dict(type='MUTR', backbone=dict(type='mmdet.ResNet', depth=50), num_queries=5)
    return SimpleNamespace(cfg=Config(dict(model=model)))


def test_what_is_saved_loads_without_any_allowlist():
    saved = checkpoint()
    PlainCheckpointHook().before_save_checkpoint(runner(), saved)
    file = io.BytesIO()
    torch.save(saved, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=True)
    assert loaded['meta']['iter'] == 3
    assert loaded['meta']['path'] == 'a/b'
    assert loaded['meta']['architecture'] == {'model': 'MUTR', 'backbone': 'mmdet.ResNet'}
    PlainCheckpointHook().after_load_checkpoint(runner(), loaded)
    history = loaded['message_hub']['log_scalars']['train/loss']
    assert history.data[0].tolist() == [0.1, 0.7]
    assert history.data[1].tolist() == [1, 2]
    history.update(0.3)
    assert history.mean(window_size=2) == pytest.approx((0.7 + 0.3) / 3)


def test_the_running_histories_stay_as_they_are():
    saved = checkpoint()
    history = saved['message_hub']['log_scalars']['train/loss']
    PlainCheckpointHook().before_save_checkpoint(runner(), saved)
    assert isinstance(history, HistoryBuffer)
    assert isinstance(saved['state_dict'], OrderedDict)


def test_a_file_without_a_message_hub_loads():
    PlainCheckpointHook().after_load_checkpoint(runner(), {'state_dict': {}, 'meta': {}})


def test_what_has_no_plain_form_is_named():
    with pytest.raises(TypeError, match=r'meta\.hooks\[1\] cannot be saved: object'):
        to_plain({'hooks': [1, object()]}, 'meta')
