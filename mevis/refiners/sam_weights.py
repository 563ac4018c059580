"""SAM and HQ-SAM of the package segment-anything-hq, from files that the user names."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn

from mevis.boundary.files import expanded
from mevis.checkpoints.loading import read_checkpoint
from mevis.checkpoints.matching import check_finite
from mevis.errors import UserError

HQ_FILES = {
    'vit_tiny': 'sam_hq_vit_tiny.pth',
    'vit_b': 'sam_hq_vit_b.pth',
    'vit_l': 'sam_hq_vit_l.pth',
    'vit_h': 'sam_hq_vit_h.pth',
}
"""Model -> official name of its HQ-SAM weights."""

SAM_FILES = {
    'vit_tiny': 'mobile_sam.pt',
    'vit_b': 'sam_vit_b_01ec64.pth',
    'vit_l': 'sam_vit_l_0b3195.pth',
    'vit_h': 'sam_vit_h_4b8939.pth',
}
"""Model -> official name of its original weights, which have no HQ part."""

FOLDER = 'data/weights'
_WIDTHS = {768: 'vit_b', 1024: 'vit_l', 1280: 'vit_h'}
_HQ_TOKEN = 'mask_decoder.hf_token.weight'
# The classifier of TinyViT, of no use in SAM; some files lack it.
_UNUSED = ('image_encoder.head.', 'image_encoder.norm_head.')


def weight_file(model: str, checkpoint: str | None) -> Path:
    """The file with the weights of a model.

    Args:
        model: ``vit_tiny``, ``vit_b``, ``vit_l`` or ``vit_h``.
        checkpoint: The file; ``data/weights/`` and the official name of HQ-SAM's if None.

    Raises:
        UserError: If it does not exist; says what it is called and where it is looked for.
    """
    path = expanded(checkpoint or f'{FOLDER}/{HQ_FILES[model]}')
    if not path.is_file():
        raise UserError(
            f'{path}: no such file. It should hold the weights of HQ-SAM {model}, officially called'
            f' {HQ_FILES[model]} (https://github.com/SysCV/sam-hq, "Model Checkpoints"), or of SAM,'
            f' {SAM_FILES[model]}. Put the file there, or name it: model.refiner.checkpoint=FILE'
        )
    return path


def build_sam(model: str, checkpoint: str | None) -> nn.Module:
    """Builds SAM with the weights of a file; HQ-SAM if the file has its part.

    Args:
        model: ``vit_tiny``, ``vit_b``, ``vit_l`` or ``vit_h``.
        checkpoint: See :func:`weight_file`.

    Raises:
        UserError: If the file is missing, unsafe, damaged or of another model.
    """
    path = weight_file(model, checkpoint)
    weights = read_checkpoint(path)['state_dict']
    found = _model_of(weights)
    if found is None:
        raise UserError(
            f'{path}: no weights of SAM. HQ-SAM {model} is officially called {HQ_FILES[model]}.'
        )
    if found != model:
        raise UserError(
            f'{path}: these are weights of SAM {found}, the config says {model}.'
            f' Set model.refiner.model={found}, or name a file of {model}.'
        )
    sam = new_sam(model, hq=_HQ_TOKEN in weights)
    _put_into(sam, weights, path)
    return sam


def new_sam(model: str, hq: bool = True) -> nn.Module:
    """SAM with random weights.

    Args:
        model: ``vit_tiny``, ``vit_b``, ``vit_l`` or ``vit_h``.
        hq: With the HQ token and its features.
    """
    package = sam_package()
    registry = package.sam_model_registry if hq else package.sam_model_registry_baseline
    return registry[model]().eval()


def sam_package() -> ModuleType:
    """segment_anything_hq, without what its import says of timm."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        import segment_anything_hq
    return segment_anything_hq


def _model_of(weights: Mapping[str, Tensor]) -> str | None:
    """The model that weights are of, by the width of its image encoder."""
    embedding = weights.get('image_encoder.patch_embed.proj.weight')
    if embedding is not None:
        return _WIDTHS.get(embedding.shape[0])
    return 'vit_tiny' if 'image_encoder.patch_embed.seq.0.c.weight' in weights else None


def _put_into(sam: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    expected = sam.state_dict()
    missing = [key for key in expected if key not in weights and not key.startswith(_UNUSED)]
    wrong = [
        key for key in expected if key in weights and weights[key].shape != expected[key].shape
    ]
    if missing or wrong:
        kind, keys = ('missing', missing) if missing else ('of another shape', wrong)
        raise UserError(
            f'{path}: {len(keys)} tensors are {kind} ({", ".join(keys[:2])}), so these are no whole'
            ' weights of SAM. Download the file again.'
        )
    check_finite(weights, str(path), {name for name, _ in sam.named_buffers()})
    with torch.no_grad():
        sam.load_state_dict(dict(weights), strict=False)
