"""Makes a dataset in MeViS format of frames, masks and a table of sentences."""

from mevis.datasets.own_masks.importer import ImportedSplit, import_dataset
from mevis.datasets.own_masks.mask_sources import MaskSource, open_mask_source
from mevis.datasets.own_masks.sentences import Sentence, read_sentences

__all__ = [
    'ImportedSplit',
    'MaskSource',
    'Sentence',
    'import_dataset',
    'open_mask_source',
    'read_sentences',
]
