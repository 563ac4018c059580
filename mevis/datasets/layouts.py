"""Which dataset a folder holds, and which splits of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mevis.boundary.names import is_litter
from mevis.datasets.jhmdb_sentences import FILE as JHMDB_FILE
from mevis.datasets.mevis_format import V1_FILE
from mevis.datasets.refcoco import SPLIT_BY
from mevis.datasets.refcoco_files import known_splits
from mevis.errors import UserError

MEVIS = 'mevis'
"""The layout that has a check of its own (:mod:`mevis.datasets.integrity`)."""


@dataclass(frozen=True)
class FoundSplit:
    """A split that can be read.

    Attributes:
        name: What a user calls it.
        options: Arguments of its dataset beside ``data_root`` and the pipeline.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


def _ref_youtube_vos(root: Path) -> list[FoundSplit]:
    paths = sorted((root / 'meta_expressions').glob(f'*/{V1_FILE}'))
    return [_split('RefYouTubeVOSDataset', path.parent.name) for path in paths]


def _ref_davis(root: Path) -> list[FoundSplit]:
    if not (root / 'davis_text_annotations').is_dir():
        return []
    paths = sorted((root / 'DAVIS/ImageSets/2017').glob('*.txt'))
    return [_split('RefDAVISDataset', path.stem) for path in paths if path.stem in ('train', 'val')]


def _revos(root: Path) -> list[FoundSplit]:
    names = [
        path.stem.removeprefix('meta_expressions_').removesuffix('_')
        for path in sorted(root.glob('meta_expressions_*_.json'))
    ]
    return [_split('ReVOSDataset', name) for name in names]


def _refcoco(root: Path) -> list[FoundSplit]:
    return [
        FoundSplit(f'{name}/{split}', dict(type='RefCOCODataset', split=split, name=name))
        for name, split_by in SPLIT_BY.items()
        for split in known_splits(root / name, split_by)
    ]


def _a2d_sentences(root: Path) -> list[FoundSplit]:
    before, after = 'a2d_sentences_single_frame_', '_annotations.json'
    paths = sorted(root.glob(f'{before}*{after}'))
    names = [path.name.removeprefix(before).removesuffix(after) for path in paths]
    return [_split('A2DSentencesDataset', name) for name in names]


def _jhmdb_sentences(root: Path) -> list[FoundSplit]:
    found = (root / JHMDB_FILE).is_file()
    return [_split('JHMDBSentencesDataset', 'test')] if found else []


def _long_rvos(root: Path) -> list[FoundSplit]:
    paths = sorted(root.glob(f'*/{V1_FILE}'))
    folders = [path.parent for path in paths]
    return [
        _split('LongRVOSDataset', folder.name)
        for folder in folders
        if (folder / 'Annotations').is_dir() and not (folder / 'mask_dict.json').exists()
    ]


def _youtube_vis(root: Path) -> list[FoundSplit]:
    found = []
    folders = root.iterdir() if root.is_dir() else ()
    for folder in sorted(path for path in folders if not is_litter(path.name)):
        for ann_file in ('{split}.json', '{split}/instances.json'):
            path = root / ann_file.replace('{split}', folder.name)
            if path.is_file() and (folder / 'JPEGImages').is_dir():
                options = dict(type='YouTubeVISDataset', split=folder.name, ann_file=ann_file)
                found.append(FoundSplit(folder.name, options))
                break
    return found


def _mevis(root: Path) -> list[FoundSplit]:
    from mevis.datasets.integrity import find_splits

    return [FoundSplit(name) for name in find_splits(root)]


def _split(kind: str, name: str) -> FoundSplit:
    return FoundSplit(name, dict(type=kind, split=name))


LAYOUTS: dict[str, Callable[[Path], list[FoundSplit]]] = {
    'refcoco': _refcoco,
    'a2d_sentences': _a2d_sentences,
    'jhmdb_sentences': _jhmdb_sentences,
    'ref_davis': _ref_davis,
    'ref_youtube_vos': _ref_youtube_vos,
    'revos': _revos,
    'long_rvos': _long_rvos,
    MEVIS: _mevis,
    'youtube_vis': _youtube_vis,
}
"""Name -> what finds its splits, in the order in which they are looked for."""


def find_layout(root: Path, layout: str | None = None) -> tuple[str, list[FoundSplit]]:
    """The layout of a folder and its splits.

    Args:
        root: Folder of a dataset.
        layout: One of :data:`LAYOUTS`; None: the first that fits.

    Raises:
        UserError: If there is no such folder or no split in it.
    """
    if not root.is_dir():
        raise UserError(f'{root}: no such folder.')
    if layout is not None:
        splits = LAYOUTS[layout](root)
        if not splits:
            raise UserError(
                f'{root}: no split of the layout {layout}. docs/guides/data.md and'
                ' docs/guides/datasets.md show the folders.'
            )
        return layout, splits
    refusal: UserError | None = None
    for name, find in LAYOUTS.items():
        try:
            splits = find(root)
        except UserError as error:
            refusal = refusal or error
            continue
        # A folder with frames alone looks like an incomplete MeViS.
        if splits and not (name == MEVIS and _is_youtube_vis_alone(root)):
            return name, splits
    assert refusal is not None  # MeViS says what is missing
    raise refusal


def _is_youtube_vis_alone(root: Path) -> bool:
    """Whether there is no sentence in it, but files of YouTube-VIS."""
    return not any(root.glob('*/meta_expressions*.json')) and bool(_youtube_vis(root))
