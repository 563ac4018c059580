"""The annotation files of RefCOCO, RefCOCO+ and RefCOCOg, as released and as converted."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mevis.boundary.formats import RefCOCOAnnotation, RefCOCOFile, RefCOCOImage, RefCOCORef
from mevis.boundary.json_file import checked_json, parse_json, read_bytes, read_json
from mevis.boundary.names import check_part, is_blank
from mevis.boundary.plain_pickle import read_plain_pickle
from mevis.boundary.polygons import mask_to_rle
from mevis.boundary.rle import Rle
from mevis.errors import UserError
from mevis.structures import Expression

_MISSING = 'Unpack the annotations of RefCOCO there (docs/guides/datasets.md).'
_AGAIN = 'Download the file again.'


@dataclass
class ReferredImages:
    """What a split says.

    Attributes:
        expressions: File name of an image -> its sentences, which name objects by ``anno_ids``.
        masks: Object -> its RLE; None where it has no pixel.
    """

    expressions: dict[str, list[Expression]] = field(default_factory=dict)
    masks: dict[int, Rle | None] = field(default_factory=dict)

    def add(self, place: str, image: RefCOCOImage, exp_id: str, text: str, anno_id: int) -> None:
        """Adds a sentence.

        Raises:
            UserError: If it has no text, its image has a sentence of this id already, or a name
                cannot be that of a file.
        """
        if is_blank(text):
            raise UserError(f'{place}: sentence {exp_id:.40} has no text. {_AGAIN}')
        check_part(image.file_name, f'{place}: image {image.id}')
        expression = Expression(check_part(exp_id, place), text, (anno_id,))
        others = self.expressions.setdefault(image.file_name, [])
        if any(other.exp_id == exp_id for other in others):
            raise UserError(f'{place}: image {image.id} has two sentences {exp_id}. {_AGAIN}')
        others.append(expression)

    def add_mask(self, place: str, image: RefCOCOImage, anno_id: int, mask: Any) -> None:
        """Adds an object, once."""
        if anno_id not in self.masks:
            self.masks[anno_id] = mask_to_rle(mask, (image.height, image.width), place)


def annotation_paths(folder: Path, split: str, split_by: str) -> list[Path]:
    """The files that a split is read from, whether they are there or not.

    Args:
        folder: ``<data_root>/<dataset>``.
        split: Such as ``train``.
        split_by: Whose splits they are.

    Returns:
        The converted file where there is one, else that of the sentences and ``instances.json``.
    """
    converted = folder / f'instances_{folder.name}_{split}.json'
    if converted.is_file():
        return [converted]
    refs = folder / f'refs({split_by}).json'
    refs = refs if refs.is_file() else refs.with_suffix('.p')
    return [refs, folder / 'instances.json']


def known_splits(folder: Path, split_by: str) -> list[str]:
    """The splits that a folder has files of, sorted; none if they cannot be read.

    Args:
        folder: ``<data_root>/<dataset>``.
        split_by: Whose splits they are.
    """
    start = f'instances_{folder.name}_'
    found = {path.stem.removeprefix(start) for path in folder.glob(f'{start}*.json')}
    refs = annotation_paths(folder, '', split_by)[0]
    if refs.is_file():
        try:
            found |= {ref.split for ref in _refs_of(refs)}
        except UserError:  # said by whoever reads the split
            found.add('train')
    return sorted(found)


def read_refcoco(folder: Path, split: str, split_by: str) -> ReferredImages:
    """Reads a split of one of the three datasets.

    Args:
        folder: ``<data_root>/<dataset>``.  Its ``instances_<dataset>_<split>.json`` is read where
            there is one, else ``refs(<split by>).json`` or ``.p`` with ``instances.json``.
        split: Such as ``train``, ``val``, ``testA``.
        split_by: Whose splits they are: ``unc``, ``umd``, ``google``.

    Raises:
        UserError: If a file is missing or damaged, or has no such split; names the entry.
    """
    first, *others = annotation_paths(folder, split, split_by)
    return _read_refs(first, others[0], split) if others else _read_converted(first)


def _read_refs(refs_file: Path, instances_file: Path, split: str) -> ReferredImages:
    refs = _refs_of(refs_file)
    chosen = [ref for ref in refs if ref.split == split]
    if not chosen:
        known = ', '.join(sorted({ref.split for ref in refs})[:10]) or 'none'
        raise UserError(f'{refs_file}: no split {split!r:.40}; it has {known}.')
    images, annotations = _read_instances(instances_file)
    found = ReferredImages()
    for ref in chosen:
        place = f'{refs_file}: object {ref.ann_id}'
        image, annotation = images.get(ref.image_id), annotations.get(ref.ann_id)
        if image is None or annotation is None or annotation.image_id != ref.image_id:
            raise UserError(
                f'{place} of image {ref.image_id} is not in {instances_file}. Use the two files of'
                ' one download.'
            )
        for sentence in ref.sentences:
            found.add(place, image, str(sentence.sent_id), sentence.sent, ref.ann_id)
        where = f'{instances_file}: annotation {ref.ann_id}'
        found.add_mask(where, image, ref.ann_id, annotation.segmentation)
    return found


def _refs_of(path: Path) -> list[RefCOCORef]:
    if path.suffix == '.json':
        content = parse_json(read_bytes(path, _MISSING), path)
    else:
        content = read_plain_pickle(path, _MISSING)
        _check_extent(content, path)
    return checked_json(content, list[RefCOCORef], path)


def _check_extent(content: Any, path: Path) -> None:
    """A pickle may name one list a million times; an honest one has a byte or more per entry."""
    entries = content if isinstance(content, list) else []
    listed = [ref.get('sentences') for ref in entries if isinstance(ref, dict)]
    total = len(entries) + sum(len(part) for part in listed if isinstance(part, list))
    if total > path.stat().st_size:
        raise UserError(f'{path}: has more entries than bytes. {_AGAIN}')


def _read_instances(
    path: Path,
) -> tuple[dict[int, RefCOCOImage], dict[int, RefCOCOAnnotation]]:
    content = read_json(path, RefCOCOFile, missing=_MISSING)
    images = {image.id: image for image in content.images}
    return images, {entry.id: entry for entry in content.annotations}


def _read_converted(path: Path) -> ReferredImages:
    """One image and one annotation per sentence, whose id is the sentence's."""
    images, annotations = _read_instances(path)
    found = ReferredImages()
    for entry in annotations.values():
        place, image = f'{path}: annotation {entry.id}', images.get(entry.image_id)
        if image is None or image.caption is None:
            raise UserError(
                f'{place}: image {entry.image_id} is not in the file, or has no "caption". Convert'
                ' the annotations again.'
            )
        anno_id = entry.id if entry.original_id is None else entry.original_id
        found.add(place, image, str(entry.id), image.caption, anno_id)
        found.add_mask(place, image, anno_id, entry.segmentation)
    return found
