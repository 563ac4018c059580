"""RefCOCO, RefCOCO+ and RefCOCOg: images with sentences, as videos of one frame."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from mevis.boundary.names import check_distinct
from mevis.boundary.rle import Rle
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.refcoco_files import read_refcoco
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import Expression

SPLIT_BY = {'refcoco': 'unc', 'refcoco+': 'unc', 'refcocog': 'umd'}
"""The datasets, and the splits of each that the field uses."""


@DATASETS.register_module()
class RefCOCODataset(RefVidSegDataset):
    """One of the three datasets of sentences about images of COCO.

    Layout::

        data_root/<name>/instances_<name>_<split>.json      (converted: a file per split)
        data_root/<name>/refs(<split_by>).p, instances.json (or as released; refs also as .json)
        data_root/<images>/COCO_train2014_<number>.jpg

    An image is a video of one frame, with all its sentences in testing.  In training
    ``ImageToPseudoClip`` makes a clip of it.

    Args:
        data_root: Folder of the dataset.
        split: ``train``, ``val``, ``testA`` or ``testB``; of RefCOCOg ``train``, ``val`` or
            ``test``.
        frame_sampler: Config of a frame sampler; of the one frame.
        pipeline: Configs of transforms, dict -> dict.
        name: ``refcoco``, ``refcoco+`` or ``refcocog``.
        split_by: Whose splits: ``unc``, ``umd`` or ``google``;
            None: those of the literature.
        images: Folder of the images.
        test_mode: As in :class:`VideoDataset`, like all that follow.
        videos: Names of the images to use, without ``.jpg``.
        skip_videos: Names of images to leave out.
        max_redraws: See there.
        seed: See there.

    Raises:
        UserError: If the split cannot be read; names the file and the entry.
    """

    METAINFO = {'dataset_type': 'refcoco', 'task_name': 'ref_vid_seg'}

    def __init__(
        self,
        data_root: str,
        split: str,
        frame_sampler: Mapping[str, Any],
        pipeline: Sequence[Mapping[str, Any]],
        name: str = 'refcoco',
        split_by: str | None = None,
        images: str = 'train2014',
        test_mode: bool = False,
        videos: Sequence[str] | None = None,
        skip_videos: Sequence[str] = (),
        max_redraws: int = 100,
        seed: int = 0,
    ) -> None:
        if name not in SPLIT_BY:
            raise UserError(f'RefCOCODataset.name={name!r:.40}: one of {", ".join(SPLIT_BY)}.')
        self.name = name
        self.split_by = split_by or SPLIT_BY[name]
        self.images = images
        super().__init__(
            data_root,
            split,
            frame_sampler,
            pipeline,
            test_mode=test_mode,
            videos=videos,
            skip_videos=skip_videos,
            max_redraws=max_redraws,
            seed=seed,
        )

    def load_records(self) -> list[VideoRecord]:
        """Reads the annotation files; masks are kept as compressed run lengths."""
        folder = self.data_root / self.name
        content = read_refcoco(folder, self.split, self.split_by)
        self._masks: dict[int, Rle | None] = content.masks
        self._files = {PurePosixPath(name).stem: name for name in content.expressions}
        if len(self._files) != len(content.expressions):
            raise UserError(f'{folder}: two images differ in the ending alone. Rename one.')
        check_distinct(self._files, f'{folder}: images')
        return [
            VideoRecord(stem, (stem,), tuple(content.expressions[name]))
            for stem, name in self._files.items()
        ]

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``<images>/COCO_train2014_<number>.jpg``."""
        return self.data_root / self.images / self._files[video]

    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The one object of the sentence."""
        (anno_id,) = expression.anno_ids
        return [self._masks[anno_id] for _ in frames]
