"""The model that comes with the repository."""

from pathlib import Path

from mevis.errors import UserError

_ROOT = Path(__file__).resolve().parents[3]
CONFIG = _ROOT / 'configs/mutr_tiny_moving_shapes.py'
WEIGHTS = _ROOT / 'weights/mutr_tiny_moving_shapes.safetensors'


def chosen_model(config: str | Path | None, checkpoint: str | Path | None) -> tuple[Path, Path]:
    """The model that a user names, or the shipped one.

    Args:
        config: ``--config``.
        checkpoint: ``--checkpoint``.

    Returns:
        Config and weights.

    Raises:
        UserError: If one is named without the other, or the shipped one is not there.
    """
    if (config is None) != (checkpoint is None):
        given, missing = ('--config', '--checkpoint')[:: 1 if config else -1]
        raise UserError(f'{given} needs its {missing}: weights fit the config they were made with.')
    if config is not None and checkpoint is not None:
        return Path(config), Path(checkpoint)
    for path in (CONFIG, WEIGHTS):
        if not path.is_file():
            raise UserError(
                f'{path}: the shipped model is part of a checkout, which this is not.'
                ' Name a model by --config and --checkpoint.'
            )
    return CONFIG, WEIGHTS
