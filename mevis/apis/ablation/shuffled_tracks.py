"""Instance tracks under the name of another video: a control for what tracks bring."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mevis.boundary.names import path_below
from mevis.errors import UserError
from mevis.structures.instance_file import read_instance_file
from mevis.structures.instance_folder import InstanceFolder, read_origin


def shuffle_tracks(
    source: str | Path,
    out_dir: str | Path,
    videos: Sequence[str] | None = None,
    seed: int = 0,
) -> Path:
    """Gives each video the tracks of another one.

    A model that gains from tracks as such, or from the further parameters, gains from these too;
    one that uses what they show of the video does not.

    Args:
        source: Folder that tools/extract_instance_masks.py wrote.
        out_dir: Folder to write; files that are there stay as they are.
        videos: Those that exchange tracks; None: all of the folder.
        seed: Of the exchange.

    Returns:
        ``out_dir``.

    Raises:
        UserError: If the folder lacks the tracks of a video, or these fit no other video (they go
            to one with as many frames, of the same size).
    """
    source = Path(source)
    names = sorted(path.stem for path in source.glob('*.json')) if videos is None else videos
    files = {name: read_instance_file(path_below(source, name, '.json')) for name in names}
    if not files:
        raise UserError(f'{source}: no instance tracks. Run tools/extract_instance_masks.py.')
    alike: dict[tuple, list[str]] = {}
    for video, file in files.items():
        alike.setdefault((file.num_frames, *file.instances.size), []).append(video)
    origin = read_origin(files[names[0]].path) or {}
    folder = InstanceFolder(out_dir, {**origin, 'shuffled': str(seed)})
    rng = np.random.default_rng(seed)
    for group in alike.values():
        if len(group) < 2:
            raise UserError(
                f'{files[group[0]].path}: no other video has as many frames of this size, so its'
                ' tracks cannot be exchanged.'
            )
        order = rng.permutation(group).tolist()
        # Each takes from the next one in a random round, so none keeps its own.
        for video, giver in zip(order, order[1:] + order[:1], strict=True):
            if video not in folder.videos_done():
                folder.write(video, files[video].frame_names or (), files[giver].instances)
    return Path(out_dir)
