"""The models that come with the repository."""

from pathlib import Path

from mevis.boundary.shipped import shipped_root
from mevis.errors import UserError

_ROOT = shipped_root()
CONFIG = _ROOT / 'configs/mutr_tiny_moving_shapes.py'
WEIGHTS = _ROOT / 'weights/mutr_tiny_moving_shapes.safetensors'
DVIS_CONFIG = _ROOT / 'configs/dvis_tiny_moving_shapes_offline.py'
DVIS_WEIGHTS = _ROOT / 'weights/dvis_tiny_moving_shapes_offline.safetensors'
SELECTOR_CONFIG = _ROOT / 'configs/track_selector_trajectory.py'
SELECTOR_WEIGHTS = _ROOT / 'weights/track_selector_trajectory.safetensors'
# From pixels: tracks of the small MinVIS, among which the small selector chooses.
SYSTEM_CONFIG = _ROOT / 'configs/track_selector_tiny_moving_shapes_pixels.py'
SYSTEM_WEIGHTS = _ROOT / 'weights/track_selector_tiny_moving_shapes.safetensors'


def chosen_selector(config: str | Path | None, checkpoint: str | Path | None) -> tuple[Path, Path]:
    """The selector that a user names, or the shipped one of trajectories; see chosen_model."""
    return chosen_model(config, checkpoint, (SELECTOR_CONFIG, SELECTOR_WEIGHTS))


def chosen_model(
    config: str | Path | None,
    checkpoint: str | Path | None,
    shipped: tuple[Path, Path] | None = None,
) -> tuple[Path, Path]:
    """The model that a user names, or the shipped one.

    Args:
        config: ``--config``.
        checkpoint: ``--checkpoint``.
        shipped: Config and weights of the shipped one;
            of the small MUTR if None.

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
    shipped = shipped or (CONFIG, WEIGHTS)
    for path in shipped:
        if not path.is_file():
            raise UserError(
                f'{path}: the shipped model is not there; install mevis again, or name a model by'
                ' --config and --checkpoint.'
            )
    return shipped
