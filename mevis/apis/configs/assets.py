"""The files that a config needs from outside, and where each comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mevis.boundary.files import expanded
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.jhmdb_sentences import FILE as JHMDB_FILE
from mevis.datasets.mevis_format import V1_FILE, V2_FILES, annotation_file
from mevis.datasets.refcoco import SPLIT_BY
from mevis.datasets.refcoco_files import annotation_paths
from mevis.refiners.sam2_model import FOLDER as SAM2_FOLDER
from mevis.refiners.sam_weights import FOLDER as SAM_FOLDER
from mevis.refiners.sam_weights import HQ_FILES

_SHAPES = 'tools/make_moving_shapes.py'
_SOURCES = {
    'MeViS': 'MeViS v1 or v2: https://github.com/henghuiding/MeViS',
    'MeViSV2': 'MeViS v2: https://huggingface.co/datasets/FudanCVL/MeViSv2',
    'RefYouTubeVOS': 'Ref-YouTube-VOS: https://youtube-vos.org/dataset/rvos/',
    'RefCOCO': 'RefCOCO: https://github.com/lichengunc/refer; images: https://cocodataset.org',
    'RefDAVIS': 'Ref-DAVIS17: https://davischallenge.org; docs/guides/datasets.md',
    'LongRVOS': 'the Hugging Face hub, dataset iSEE-Laboratory/Long-RVOS',
    'ReVOS': 'ReVOS: https://github.com/cilinyan/ReVOS-api',
    'A2DSentences': 'A2D-Sentences: docs/guides/assets.md',
    'JHMDBSentences': 'JHMDB-Sentences: docs/guides/assets.md',
    'YouTubeVIS': 'YouTube-VIS: https://youtube-vos.org/dataset/vis/',
    'HFTextEncoder': 'the Hugging Face hub, model {name}: `hf download {name}`',
    'HQSAMRefiner': 'https://github.com/SysCV/sam-hq, "Model Checkpoints"',
    'SAM2VideoRefiner': 'the Hugging Face hub, model facebook/sam2.1-hiera-large',
    'SAM3VideoTracks': 'the Hugging Face hub, model facebook/sam3 (access on request)',
    'VidEoMTTracks': 'the Hugging Face hub, models tue-mps/videomt-*',
}
_TRACKS = 'tools/extract_instance_masks.py'
_SHIPPED = 'comes with the repository, in weights/'
_EARLIER = 'written by an earlier training, see the head of the config'
_WEIGHTS = 'weights of your choice; docs/guides/assets.md lists released ones'


@dataclass(frozen=True)
class Asset:
    """A file or folder that a config needs.

    Attributes:
        key: The entry of the config that asks for it.
        path: The file or folder, or the name of a model of transformers.
        present: Whether it is there.
        source: Where to get it.
    """

    key: str
    path: str
    present: bool
    source: str


def find_assets(cfg: Config) -> list[Asset]:
    """Lists what a config reads from disk; nothing is built, loaded or downloaded.

    Args:
        cfg: The config.

    Returns:
        Data first, then the parts of the model, then ``load_from``; each path once.
    """
    found: dict[str, Asset] = {}
    for key in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        for name, node in _typed(cfg.get(key) or {}, key):
            for asset in _of_dataset(name, node):
                found.setdefault(asset.path, asset)
    for name, node in _typed(cfg.get('model') or {}, 'model'):
        for asset in _of_part(name, node):
            found.setdefault(asset.path, asset)
    if start := cfg.get('load_from'):
        found.setdefault(start, _file('load_from', start, _source_of_weights(start)))
    return list(found.values())


def _typed(node: Any, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every dict with a ``type`` below a node, with its dotted key."""
    if isinstance(node, Mapping):
        if 'type' in node:
            yield key, node
        for name, value in node.items():
            yield from _typed(value, f'{key}.{name}')
    elif isinstance(node, (list, tuple)):
        for index, value in enumerate(node):
            yield from _typed(value, f'{key}.{index}')


def _kind(node: Mapping[str, Any]) -> str:
    return str(node['type']).rsplit('.', 1)[-1]


def _file(key: str, path: str, source: str) -> Asset:
    return Asset(key, path, expanded(path).exists(), source)


def _of_dataset(key: str, node: Mapping[str, Any]) -> Iterator[Asset]:
    root, split = node.get('data_root'), node.get('split')
    if root is None or split is None:
        return
    kind = _kind(node)
    synthetic = Path(root).name == 'moving_shapes'
    owner = kind.removesuffix('Dataset')
    source = _SOURCES.get(owner, _SOURCES['MeViS'])
    for part in _parts_of_split(kind, split, node):
        yield _file(key, f'{root}/{part}', _SHAPES if synthetic else source)
    if tracks := node.get('instance_masks_dir'):
        key = f'{key}.instance_masks_dir'
        yield _file(key, str(tracks).replace('{split}', split), f'{_TRACKS} --split {split}')


def _parts_of_split(kind: str, split: str, node: Mapping[str, Any]) -> list[str]:
    if kind.startswith('YouTubeVIS'):
        names = (node.get('ann_file', '{split}.json'), node.get('frames_dir', '{split}/JPEGImages'))
        return [name.replace('{split}', split) for name in names]
    if kind.startswith('RefYouTubeVOS'):
        parts = [f'meta_expressions/{split}/meta_expressions.json', f'{split}/JPEGImages']
        return parts + [f'{split}/Annotations'] * (split == 'train')
    if kind.startswith('RefCOCO'):
        name = node.get('name', 'refcoco')
        split_by = node.get('split_by') or SPLIT_BY.get(name, 'unc')
        files = annotation_paths(Path(node['data_root'], name), split, split_by)
        return [f'{name}/{file.name}' for file in files] + [node.get('images', 'train2014')]
    if kind.startswith('RefDAVIS'):
        parts = [f'ImageSets/2017/{split}.txt', 'JPEGImages/480p', 'Annotations_unsupervised/480p']
        return [*(f'DAVIS/{part}' for part in parts), 'davis_text_annotations']
    if kind.startswith('LongRVOS'):
        return [f'{split}/{part}' for part in (V1_FILE, 'JPEGImages', 'Annotations')]
    if kind.startswith('ReVOS'):
        return [f'meta_expressions_{split}_.json', 'mask_dict.json', 'JPEGImages']
    if kind.startswith('A2DSentences'):
        masks = 'text_annotations/a2d_annotation_with_instances'
        sentences = f'a2d_sentences_single_frame_{split}_annotations.json'
        return [sentences, 'Release/clips320H', masks]
    if kind.startswith('JHMDBSentences'):
        return [JHMDB_FILE, 'Rename_Images', 'puppet_mask']
    folder = Path(node['data_root'], split)
    names = V2_FILES if kind == 'MeViSV2Dataset' else (V1_FILE, *V2_FILES)
    frames = FrameFiles(folder / 'JPEGImages').root.name
    parts = [f'{split}/{annotation_file(folder, names).name}', f'{split}/{frames}']
    return parts + [f'{split}/mask_dict.json'] * (split in ('train', 'valid_u'))


def _of_part(key: str, node: Mapping[str, Any]) -> Iterator[Asset]:
    kind = _kind(node)
    source = _SOURCES.get(kind, '')
    if kind == 'HFTextEncoder':
        name = node.get('name_or_path', 'roberta-base')
        yield Asset(f'{key}.name_or_path', name, _has_model(name), source.format(name=name))
    elif kind == 'HQSAMRefiner':
        default = f'{SAM_FOLDER}/{HQ_FILES[node.get("model", "vit_l")]}'
        yield _file(f'{key}.checkpoint', node.get('checkpoint') or default, source)
    elif kind == 'SAM2VideoRefiner':
        yield _file(f'{key}.folder', node.get('folder', SAM2_FOLDER), source)
    else:
        for name in ('weights', 'checkpoint'):
            if isinstance(value := node.get(name), str):
                yield _file(f'{key}.{name}', value, source or _source_of_weights(value))


def _source_of_weights(path: str) -> str:
    first = Path(path).parts[:1]
    return {('weights',): _SHIPPED, ('work_dirs',): _EARLIER}.get(first, _WEIGHTS)


def _has_model(name: str) -> bool:
    """Whether a folder, or transformers' cache, holds a model."""
    if expanded(name).is_dir():
        return True
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        return isinstance(try_to_load_from_cache(name, 'config.json'), str)
    except HFValidationError:  # a path, not a name
        return False
