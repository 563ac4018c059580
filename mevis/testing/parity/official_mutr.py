"""The official MUTR, run on a CPU from a checkout beside ours.

Nothing of it is compiled: its deformable attention runs on the PyTorch function that the official
code ships for tests.  Its text model is built from a config, without a download, and takes token
ids as they are.
"""

import argparse
import importlib
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn

from mevis.errors import UserError
from mevis.testing.parity.comparison import fill_by_rule

_MARK = 'models/mutr.py'
_ABSENT = {
    'MultiScaleDeformableAttention': {},
    'fvcore': {},
    'fvcore.nn': {},
    # Weights are set by rule later: how they begin does not matter.
    'fvcore.nn.weight_init': {'c2_xavier_fill': lambda module: None},
}


def import_official(root: str | Path) -> ModuleType:
    """Imports the official package ``models``; its name is taken in this process from then on.

    Raises:
        UserError: If the checkout or a package that it needs is absent.
    """
    root = Path(root).resolve()
    if not (root / _MARK).is_file():
        raise UserError(
            f'{root}: no {_MARK} there. Clone OpenGVLab/MUTR there; it need not be compiled.'
        )
    sys.path.insert(0, str(root))
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        for name, contents in _ABSENT.items():
            _stand_in(name, contents)
        try:
            models = importlib.import_module('models')
            attention = importlib.import_module('models.ops.modules.ms_deform_attn')
        except ModuleNotFoundError as error:
            raise UserError(
                f'the official MUTR needs {error.name}: install it into a folder on PYTHONPATH.'
            ) from error
    attention.MSDeformAttnFunction = SimpleNamespace(apply=_attend)
    return models


def _stand_in(name: str, contents: Mapping[str, Any]) -> None:
    try:
        importlib.import_module(name)
    except ImportError:
        module = sys.modules[name] = ModuleType(name)
        vars(module).update(contents)
        parent, _, child = name.rpartition('.')
        if parent:
            setattr(sys.modules[parent], child, module)


def _attend(
    value: Tensor, shapes: Tensor, starts: Tensor, places: Tensor, weights: Tensor, step: int
) -> Tensor:
    function = importlib.import_module('models.ops.functions.ms_deform_attn_func')
    return function.ms_deform_attn_core_pytorch(value, shapes.tolist(), places, weights)


def build_official(
    arguments: Sequence[str], text_config: Mapping[str, Any]
) -> tuple[nn.Module, nn.Module]:
    """The official model and criterion on the CPU; call :func:`import_official` first.

    Args:
        arguments: Of the official command line.
        text_config: Entries of the RoBERTa config.
    """
    transformers = importlib.import_module('transformers')
    module = importlib.import_module('models.mutr')
    backbone = importlib.import_module('models.backbone')
    options = importlib.import_module('opts').get_args_parser()
    args = argparse.ArgumentParser(parents=[options]).parse_args(
        [*arguments, '--device', 'cpu', '--output_dir', '']
    )

    def text_model(name: str) -> nn.Module:
        return transformers.RobertaModel(transformers.RobertaConfig(**text_config))

    with (
        mock.patch.object(module.RobertaModel, 'from_pretrained', text_model),
        mock.patch.object(module.RobertaTokenizerFast, 'from_pretrained', return_value=None),
        mock.patch.object(backbone, 'is_main_process', return_value=False),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter('ignore')
        model, criterion, _ = module.build(args)
    return model, criterion


def fill_official(model: nn.Module) -> dict[str, Tensor]:
    """Sets every floating-point entry by the rule of the recordings; returns the state."""
    state = model.state_dict()
    shapes = {
        name: tuple(value.shape) for name, value in state.items() if value.is_floating_point()
    }
    filled = fill_by_rule(shapes)
    model.load_state_dict(filled, strict=False)
    return {**state, **filled}


class _Ids(dict):
    """What the official code reads of a tokenizer's answer."""

    attention_mask: Tensor

    def to(self, device: torch.device) -> '_Ids':
        return self


def speak(model: nn.Module, input_ids: Tensor) -> list[str]:
    """Makes the model take these ids (B, L) for its captions; returns B captions."""
    ids = _Ids(input_ids=input_ids, attention_mask=torch.ones_like(input_ids))
    ids.attention_mask = ids['attention_mask']
    model.tokenizer = SimpleNamespace(batch_encode_plus=lambda *_, **__: ids)
    return [''] * len(input_ids)


def answer_official(
    model: nn.Module, frames: Tensor, input_ids: Tensor, size: tuple[int, int]
) -> tuple[float, Tensor]:
    """One sentence about one video, as ``inference_ytvos.py`` answers it.

    Args:
        model: In evaluation mode.
        frames: (T, 3, h, w), normalised.
        input_ids: (1, L).
        size: (H, W) of the masks.

    Returns:
        The score, and the masks (T, H, W) bool.
    """
    target = {'size': torch.tensor(frames.shape[-2:])}
    with torch.no_grad():
        outputs = model([frames], speak(model, input_ids), [target])
        scores, query = outputs['pred_logits'][0].sigmoid().mean(0).amax(-1).max(-1)
        masks = outputs['pred_masks'][0][:, query][None]
        masks = nn.functional.interpolate(masks, size, mode='bilinear', align_corners=False)
        return float(scores), masks[0].sigmoid() > 0.5


def losses_official(
    model: nn.Module,
    criterion: nn.Module,
    frames: Tensor,
    input_ids: Tensor,
    target: Mapping[str, Tensor],
) -> Tensor:
    """The weighted sum of the losses of one clip; see ``engine.py`` of the official code."""
    misc = importlib.import_module('util.misc')
    samples = misc.nested_tensor_from_videos_list([frames], size_divisibility=32)
    outputs = model(samples, speak(model, input_ids), [dict(target)])
    losses = criterion(outputs, [dict(target)])
    weights: Mapping[str, float] = criterion.weight_dict
    weighted = [losses[name] * weights[name] for name in losses if name in weights]
    return torch.stack(weighted).sum()
