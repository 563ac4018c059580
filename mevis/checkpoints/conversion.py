"""Files of official weights to files of ours, and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from mevis.checkpoints import dvis, mutr
from mevis.checkpoints.adapter import Conversion, about
from mevis.checkpoints.loading import plain_arguments
from mevis.checkpoints.safe_unpickling import read_file
from mevis.checkpoints.weight_finding import find_weights
from mevis.checkpoints.writing import weights_errors
from mevis.errors import UserError
from mevis.structures.atomic_write import atomic_path


@dataclass(frozen=True)
class Converter:
    """Both directions of a model's conversion."""

    to_ours: Callable[[Mapping[str, Tensor]], Conversion]
    to_official: Callable[[Mapping[str, Tensor]], Conversion]


CONVERTERS = {
    'mutr': Converter(mutr.convert_official, mutr.convert_to_official),
    'dvis': Converter(dvis.convert_official, dvis.convert_to_official),
}


def convert_file(model: str, source: Path, target: Path, inverse: bool = False) -> Conversion:
    """Converts a checkpoint.

    Args:
        model: Whose names: a key of ``CONVERTERS``.
        source: ``.pth`` or ``.safetensors``; nothing in it is executed.
        target: ``.safetensors`` (weights alone) or ``.pth``.
        inverse: From the names of mevis to the official names.

    Raises:
        UserError: If the file holds other weights or the target's name has another ending.
    """
    if target.suffix not in ('.safetensors', '.pth'):
        raise UserError(f'{target}: name the target .safetensors or .pth.')
    raw = read_file(source)
    tensors, _ = find_weights(raw, source)
    converter = CONVERTERS[model]
    with about(source):
        conversion = (converter.to_official if inverse else converter.to_ours)(tensors)
    # Shared tensors are written under each of their names.
    state_dict = {key: value.clone() for key, value in conversion.state_dict.items()}
    with atomic_path(target) as path, weights_errors(target, path):
        if target.suffix == '.safetensors':
            save_file(state_dict, path)
        elif inverse:
            torch.save({'model': state_dict}, path)
        else:
            stated = mutr.architecture_of(plain_arguments(raw))
            architecture = stated or dvis.architecture_of(state_dict)
            meta = {'release': model, 'architecture': architecture}
            torch.save({'state_dict': state_dict, 'meta': meta}, path)
    return conversion
