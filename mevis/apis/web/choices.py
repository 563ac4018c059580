"""What a visitor can choose: where tracks come from, and who refines the masks."""

from dataclasses import replace

from mevis.apis.inference.answering import ModelChoice
from mevis.errors import UserError
from mevis.registry import REFINERS

AUTOMATIC = 'automatic'
FROM_FILE = 'a file of tracks'
SERVERS = "this server's model"
NO_REFINER = 'none'
_TRACKS = {
    AUTOMATIC: None,
    'what moves (motion)': 'motion',
    'the small DVIS, for painted shapes': 'dvis',
}
_REFINERS = {
    'HQ-SAM': 'HQSAMRefiner',
    'SAM 2': 'SAM2VideoRefiner',
    'the small SAM, for painted shapes': 'SmallSAMRefiner',
}


def track_sources(servers: ModelChoice | None) -> list[str]:
    """Names of the sources of tracks, the one first that is used if nothing is chosen.

    Args:
        servers: The model that the server was started with, if any.
    """
    return [*([SERVERS] if servers else []), *_TRACKS, FROM_FILE]


def refiners() -> list[str]:
    """Names of the refiners whose weights are there, ``none`` first."""
    return [NO_REFINER, *(name for name, module in _REFINERS.items() if _is_there(module))]


def model_choice(
    source: str,
    tracks_file: str | None,
    refiner: str,
    servers: ModelChoice | None,
    device: str | None,
) -> ModelChoice:
    """The model that a visitor chose.

    Args:
        source: One of :func:`track_sources`.
        tracks_file: The uploaded file, for ``a file of tracks``.
        refiner: One of :func:`refiners`.
        servers: The model that the server was started with, if any.
        device: Of the others.

    Raises:
        UserError: If there is no such choice, or the file is missing.
    """
    if source not in track_sources(servers):
        raise UserError(f'tracks {source!r}: choose one of {", ".join(track_sources(servers))}.')
    if refiner not in refiners():
        raise UserError(f'refiner {refiner!r}: choose one of {", ".join(refiners())}.')
    if source == FROM_FILE and not tracks_file:
        raise UserError('no file of tracks: upload one, or choose another source of tracks.')
    if source == SERVERS and servers:
        choice = servers
    else:
        choice = ModelChoice(tracks_file if source == FROM_FILE else _TRACKS[source], device=device)
    if refiner == NO_REFINER:
        return choice
    options = {**choice.cfg_options, 'model.refiner.type': _REFINERS[refiner]}
    return replace(choice, cfg_options=options)


def _is_there(module: str) -> bool:
    import mevis.refiners  # noqa: F401 - registers them

    try:
        return all(path.exists() for path in REFINERS.build(dict(type=module)).weight_files())
    except (UserError, FileNotFoundError):
        return False
