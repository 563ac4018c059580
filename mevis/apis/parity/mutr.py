"""Recordings of the official MUTR."""

from collections.abc import Mapping
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

import mevis.models  # noqa: F401 - registers what the recordings need
from mevis.checkpoints.adapter import Conversion, StateDictAdapter
from mevis.checkpoints.mutr import convert_official, convert_to_official, mti_rules
from mevis.models.mutr.targets import ClipTarget
from mevis.testing.parity.comparison import Comparison
from mevis.testing.parity.mutr import MUTRParity


def _interaction_to_ours(state: Mapping[str, Tensor]) -> Conversion:
    ignored = {'query_feat': 'belongs to the query initializer'}
    return StateDictAdapter('MTI', mti_rules('', ''), ignored).to_ours(state)


def _make_target(
    masks: Tensor, boxes: Tensor, valid: Tensor, padded_size: tuple[int, int]
) -> ClipTarget:
    extra = (0, padded_size[1] - masks.shape[-1], 0, padded_size[0] - masks.shape[-2])
    return ClipTarget(F.pad(masks.float(), extra)[:, 2::4, 2::4], boxes, valid)


def check_folder(folder: Path) -> list[Comparison]:
    """Checks every recording of a folder.

    Raises:
        UserError: If there is none.
    """
    torch.manual_seed(0)
    parity = MUTRParity(convert_official, convert_to_official, _interaction_to_ours, _make_target)
    return parity.check_folder(folder)
