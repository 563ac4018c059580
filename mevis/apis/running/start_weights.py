"""What a training starts from."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config
from torch import nn

from mevis.apis.configs.assets import find_assets
from mevis.boundary.files import expanded
from mevis.errors import UserError


def check_load_from(cfg: Config) -> None:
    """Refuses weights that are not there, before anything is built or written.

    Raises:
        UserError: Names the file, and what else the config needs and lacks.
    """
    start = cfg.get('load_from')
    if isinstance(start, str) and '://' not in start and not expanded(start).exists():
        others = [x.path for x in find_assets(cfg) if not x.present and x.key != 'load_from']
        more = f' Also missing: {", ".join(others)}.' if others else ''
        raise UserError(
            f'load_from={start}: no such file; check the path. docs/guides/assets.md says where to'
            ' get released weights. --cfg-options load_from=FILE names another file, load_from=None'
            f' trains from scratch.{more}'
        )


def check_frozen_stages(model: nn.Module) -> None:
    """Refuses a backbone whose frozen stages hold random weights: they would stay so.

    Looks at what backbones of the engine's family call ``frozen_stages``.

    Args:
        model: That will be trained without ``load_from``.

    Raises:
        UserError: Names the part and what to load.
    """
    for name, part in _modules(model, 'model', _loads_weights(model)):
        stages = getattr(part, 'frozen_stages', -1)
        random = isinstance(stages, int) and any(
            not parameter.requires_grad for parameter in part.parameters()
        )
        if random and stages >= 0:
            raise UserError(
                f'{name}.frozen_stages={stages}: the frozen stages have random weights and'
                ' would keep them. Start from pretrained ones: --cfg-options load_from=FILE for the'
                f' whole model, or "{name}.init_cfg={{type: Pretrained, checkpoint: FILE}}";'
                f' {name}.frozen_stages=-1 trains all of it.'
            )


def _modules(module: nn.Module, name: str, pretrained: bool) -> Iterator[tuple[str, nn.Module]]:
    """The parts that no ``init_cfg`` loads, their own or that of what holds them."""
    if pretrained:
        return
    yield name, module
    for child, part in module.named_children():
        yield from _modules(part, f'{name}.{child}', _loads_weights(part))


def _loads_weights(module: nn.Module) -> bool:
    init: Any = getattr(module, 'init_cfg', None)
    entries = init if isinstance(init, (list, tuple)) else [init]
    return any(
        isinstance(entry, Mapping) and str(entry.get('type', '')).endswith('Pretrained')
        for entry in entries
    )
