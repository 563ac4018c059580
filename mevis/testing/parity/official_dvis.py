"""The official MinVIS and DVIS, run from a checkout beside ours.

They need detectron2, also from a checkout.  Neither has to be compiled: on a CPU the official code
falls back to its own attention in PyTorch when the compiled one raises, and nothing else of
detectron2's operators is reached.
"""

import importlib
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from mevis.errors import UserError

# Compiled or rarely installed modules that are imported, but not used in inference on a CPU.
_ABSENT = {
    'MultiScaleDeformableAttention': ('ms_deform_attn_forward', 'ms_deform_attn_backward'),
    'detectron2._C': (),
    'panopticapi': (),
    'panopticapi.utils': ('rgb2id', 'IdGenerator'),
}
_NEEDED = (
    'fvcore iopath yacs omegaconf hydra-core cloudpickle portalocker tabulate termcolor einops'
)
_DECODER = 'VideoMultiScaleMaskedTransformerDecoder'


def find_official(root: str | Path) -> list[Path]:
    """The checkouts of DVIS and detectron2: ``root``, or folders in it or beside it.

    Raises:
        UserError: If one of them is not found.
    """
    root = Path(root).resolve()
    around = [root, *_folders(root), *_folders(root.parent)]
    found = []
    for name, mark in (
        ('zhang-tao-whu/DVIS', 'dvis/meta_architecture.py'),
        ('facebookresearch/detectron2', 'detectron2/modeling/meta_arch/build.py'),
    ):
        place = next((folder for folder in around if (folder / mark).is_file()), None)
        if place is None:
            raise UserError(
                f'{root}: no {mark} there, in a folder of it or in one beside it. Clone {name}'
                ' there; it need not be compiled.'
            )
        found.append(place)
    return found


def _folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.iterdir() if path.is_dir()) if parent.is_dir() else []


def _stand_in(name: str, functions: Sequence[str]) -> None:
    """Puts an empty module in place of one that cannot be imported."""
    try:
        importlib.import_module(name)
    except ImportError:
        module = sys.modules[name] = ModuleType(name)
        for function in functions:
            setattr(module, function, _refuse)


def _refuse(*args: Any) -> NoReturn:
    raise RuntimeError('a stand-in for compiled code')


def import_official(root: str | Path) -> ModuleType:
    """Imports the official package ``dvis``.

    Raises:
        UserError: If a checkout or a package that they need is absent.
    """
    sys.path[:0] = [str(path) for path in find_official(root)]
    with warnings.catch_warnings():
        # Of what only their authors can fix.
        warnings.simplefilter('ignore')
        for name, functions in _ABSENT.items():
            _stand_in(name, functions)
        try:
            import dvis
        except ModuleNotFoundError as error:
            raise UserError(
                f'the official DVIS needs {error.name}. Install into a folder on PYTHONPATH what is'
                f' absent of: {_NEEDED}.'
            ) from error
    return dvis


def official_config(architecture: str, config: Mapping[str, Any]) -> Any:
    """The official config of a model, by the keys that recordings describe models with.

    Args:
        architecture: ``MinVIS``, ``DVIS_online`` or ``DVIS_offline``.
        config: See ``index.json`` of the recordings; what is absent is as released with ResNet-50.
    """
    from detectron2.config import get_cfg
    from detectron2.projects.deeplab import add_deeplab_config
    from dvis import add_dvis_config, add_minvis_config
    from mask2former import add_maskformer2_config
    from mask2former_video import add_maskformer2_video_config

    cfg = get_cfg()
    for add in (
        *(add_deeplab_config, add_maskformer2_config, add_maskformer2_video_config),
        *(add_minvis_config, add_dvis_config),
    ):
        add(cfg)
    path = Path(sys.modules['dvis'].__file__).parents[1] / 'configs/youtubevis_2021/MinVIS_R50.yaml'
    cfg.merge_from_file(str(path))
    minvis = architecture == 'MinVIS'
    former = 'MODEL.MASK_FORMER.'
    options = {
        'MODEL.DEVICE': 'cpu',
        'MODEL.WEIGHTS': '',
        'MODEL.META_ARCHITECTURE': architecture,
        f'{former}TRANSFORMER_DECODER_NAME': f'{_DECODER}_{"minvis" if minvis else "dvis"}',
        'MODEL.SEM_SEG_HEAD.NUM_CLASSES': config.get('num_classes', 40),
        'MODEL.SEM_SEG_HEAD.TRANSFORMER_ENC_LAYERS': config.get('pixel_decoder_encoder_layers', 6),
        f'{former}NUM_OBJECT_QUERIES': config.get('num_queries', 100),
        f'{former}DEC_LAYERS': config.get('decoder_layers', 9) + 1,
        'MODEL.TRACKER.DECODER_LAYERS': config.get('tracker_layers', 6),
        'MODEL.REFINER.DECODER_LAYERS': config.get('refiner_layers', 6),
        f'{former}TEST.WINDOW_INFERENCE': config.get('window_inference', True),
        f'{former}TEST.WINDOW_SIZE': config.get('window_size', 3),
        f'{former}TEST.MAX_NUM': config.get('max_num', 10),
    }
    cfg.merge_from_list([part for item in options.items() for part in item])
    return cfg


def build_official(architecture: str, config: Mapping[str, Any]) -> nn.Module:
    """An official model in evaluation mode, with random weights; see :func:`official_config`."""
    from detectron2.modeling import build_model

    return build_model(official_config(architecture, config)).eval()


def official_shapes(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """Name -> shape of the tensors of an official model."""
    return {name: tuple(value.shape) for name, value in model.state_dict().items()}


def load_official(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Fills an official model; only entries that no inference reads may be absent.

    Raises:
        UserError: If other entries are absent, or are not of this model.
    """
    missing, unexpected = model.load_state_dict(weights, strict=False)
    left = [name for name in missing if not name.endswith(('empty_weight', 'position_index'))]
    if left or unexpected:
        raise UserError(f'weights of another model: {[*left, *unexpected][:3]} do not go together.')


@torch.no_grad()
def segment_official(
    model: nn.Module, frames: Tensor, out_size: Sequence[int], keep: bool = False
) -> dict[str, Any]:
    """The official answer to a video.

    Args:
        model: Of :func:`build_official`.
        frames: (T, 3, H, W) uint8 RGB.
        out_size: (H, W) of the masks.
        keep: Whether tracks of the previous call continue.

    Returns:
        ``pred_scores``, ``pred_labels``, ``pred_masks`` (each (T, H, W) bool); DVIS: ``pred_ids``.
    """
    height, width = out_size
    return model([dict(image=list(frames), height=height, width=width, keep=keep)])
