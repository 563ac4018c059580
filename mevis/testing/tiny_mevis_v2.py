"""MeViS v2 as it is downloaded, in a few kilobytes, for tests and examples."""

import json
import shutil
import tarfile
from pathlib import Path

from mevis.testing.tiny_mevis import write_tiny_mevis

_FILES = {
    'valid': 'meta_expressions_v2_release.json',
    'test': 'meta_expressions_text_release.json',
}


def write_tiny_mevis_v2(root: str | Path, split: str = 'train', tar: bool = True) -> Path:
    """Writes the videos of :func:`write_tiny_mevis` under the file names of MeViS v2.

    Args:
        root: Folder of the dataset.
        split: ``train`` and ``valid_u`` have masks and targets, of which sentence "3" of video
            ``bird`` has none; ``valid`` and ``test`` have sentences alone.
        tar: Whether the frames are in ``JPEGImages.tar``, as downloaded, or in a folder.

    Returns:
        The folder of the split.
    """
    folder = write_tiny_mevis(root, split, truth=split not in _FILES)
    (folder / 'meta_expressions.json').rename(
        folder / _FILES.get(split, 'meta_expressions_v2.json')
    )
    if tar:
        with tarfile.open(folder / 'JPEGImages.tar', 'w') as archive:
            archive.add(folder / 'JPEGImages', 'JPEGImages')
        shutil.rmtree(folder / 'JPEGImages')
    return folder


def drop_texts(annotations: str | Path) -> None:
    """Takes the text out of every sentence, as of a release that comes as audio."""
    path = Path(annotations)
    content = json.loads(path.read_text())
    for video in content['videos'].values():
        for entry in video['expressions'].values():
            entry.pop('exp', None)
    path.write_text(json.dumps(content))
