"""MeViS v2: more sentences about the videos of MeViS, some of which have no target there."""

from mevis.datasets.mevis import MeViSDataset
from mevis.datasets.mevis_format import V1_FILE, V2_FILES
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.registry import DATASETS


@DATASETS.register_module()
class MeViSV2Dataset(MeViSDataset):
    """MeViS v2, never the sentences of v1 that may lie beside it.

    :class:`MeViSDataset` reads v2 too, but prefers ``meta_expressions.json`` where a split has
    both.  The arguments are those of :class:`RefVidSegDataset`.

    Layout::

        data_root/<split>/meta_expressions_v2.json              (train, valid_u)
        data_root/<split>/meta_expressions_v2_release.json      (valid)
        data_root/<split>/meta_expressions_text_release.json    (challenges)
        data_root/<split>/mask_dict.json                        (train and valid_u only)
        data_root/<split>/JPEGImages/<video>/<frame>.jpg        (or JPEGImages.tar as downloaded)

    An expression whose ``obj_id`` and ``anno_id`` are empty lists has no target.
    """

    METAINFO = {'dataset_type': 'mevis_v2', 'task_name': 'ref_vid_seg'}
    annotation_names = V2_FILES

    def load_records(self) -> list[VideoRecord]:
        """Reads the sentences and opens ``mask_dict.json``."""
        path = self.annotation_file()
        if not path.is_file() and path.with_name(V1_FILE).is_file():
            raise UserError(
                f'{path.parent}: has {V1_FILE}, the sentences of MeViS v1, but none of'
                f' {", ".join(V2_FILES)}. Download those of v2, or set type=MeViSDataset.'
            )
        return super().load_records()
