"""Videos with sentences: clips for training, whole videos for testing."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mevis.datasets.tag_balance import balanced_items
from mevis.datasets.video_dataset import VideoDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.structures import Expression
from mevis.structures.instance_folder import check_complete, check_one_origin


class RefVidSegDataset(VideoDataset):
    """Base of all datasets: a reader says what a split holds, this class makes items of it.

    A training item is one clip with one expression.  Clips in which the expression's objects
    cannot be seen are replaced by another item, as in the official MUTR; sentences without any
    target are kept.  A test item is one video with *all* its expressions, so that its frames are
    decoded once and what does not depend on the sentence is computed once.

    Args:
        data_root: As in :class:`VideoDataset`, like all that is not explained here.
        split: See there.
        frame_sampler: See there.
        pipeline: See there.
        test_mode: See there.
        videos: See there.
        skip_videos: See there.
        instance_masks_dir: Folder with one ``<video>.json`` of instance tracks per video, as
            ``tools/extract_instance_masks.py`` writes it; ``{split}`` stands for the split.
        centre_stride: See there; the subjects are the sentences.
        balance: None: each sentence as often as any other.  A group of tags, such as ``about``: in
            training, sentences of its rarer tags (``about:start``) are repeated until each tag is
            seen as often as the most frequent one; sentences without such a tag come once.
        max_redraws: See there.
        seed: See there.

    Raises:
        UserError: If the split cannot be read, ``videos`` names one that it does not have, or
            instance masks are missing or of several models, or no sentence has a tag to balance.
    """

    METAINFO: dict[str, Any] = {'dataset_type': 'ref_vid_seg', 'task_name': 'ref_vid_seg'}
    submission_folder: str = ''
    """What the videos lie in, in an archive for the evaluation server; '': they are at the top."""

    def __init__(
        self,
        data_root: str,
        split: str,
        frame_sampler: Mapping[str, Any],
        pipeline: Sequence[Mapping[str, Any]],
        test_mode: bool = False,
        videos: Sequence[str] | None = None,
        skip_videos: Sequence[str] = (),
        instance_masks_dir: str | None = None,
        centre_stride: int | None = None,
        balance: str | None = None,
        max_redraws: int = 100,
        seed: int = 0,
    ) -> None:
        super().__init__(
            data_root,
            split,
            frame_sampler,
            pipeline,
            test_mode,
            videos,
            skip_videos,
            centre_stride,
            max_redraws,
            seed,
        )
        self.instance_masks_dir = None
        if instance_masks_dir:
            self.instance_masks_dir = Path(instance_masks_dir.replace('{split}', split))
            videos = [record.name for record in self.records]
            check_complete(self.instance_masks_dir, videos)
            check_one_origin(self.instance_masks_dir, videos)
        if balance is not None and not test_mode:
            tags = [self.records[v].expressions[s].tags for v, s, _ in self._items.tolist()]
            self._items = self._items[balanced_items(tags, balance, seed)]

    @abstractmethod
    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The union of the expression's objects as one RLE per frame; None where none is seen."""

    def gt_rles(self, video: str, exp_id: str) -> list[dict[str, Any] | None] | None:
        """The ground truth of an expression in every frame; None where the split has none.

        Raises:
            KeyError: If there is no such video or expression.
        """
        record = next((record for record in self.records if record.name == video), None)
        if record is None:
            raise KeyError(video)
        expression = {item.exp_id: item for item in record.expressions}[exp_id]
        if not expression.has_truth:
            return None
        return self.read_truth(record, expression, range(len(record.frame_names)))

    def check_records(self, records: Sequence[VideoRecord]) -> None:
        """Refuses a list of videos without any sentence."""
        if not any(record.expressions for record in records):
            raise UserError(
                f'{self.data_root}: no video of split {self.split!r} has expressions. Use the'
                ' annotation file of the split, not a list of its videos.'
            )

    def num_subjects(self, record: VideoRecord) -> int:
        """Its sentences."""
        return len(record.expressions)

    def visible_clip(self, results: dict[str, Any]) -> dict[str, Any] | None:
        """None if the sentence has a target but the clip does not show it."""
        no_target = not results['expressions'][0].anno_ids
        if not no_target and all(rle is None for rle in results['gt_rles']):
            return None
        packed = self.run_pipeline(results)
        # Cropping may have removed the object.
        seen = no_target or packed['data_samples'].gt_masks.any()
        return packed if seen else None

    def clip_results(
        self, record: VideoRecord, subject: int, frames: list[int], rng: np.random.Generator
    ) -> dict[str, Any]:
        """A clip with one expression."""
        expression = record.expressions[subject]
        if not expression.has_truth:
            raise UserError(
                f'{self.data_root}: split {self.split!r} has no masks to train on. Use train.'
            )
        results = self._common_results(record, frames, (expression,), rng)
        results['gt_rles'] = self.read_truth(record, expression, frames)
        return results

    def test_results(
        self, record: VideoRecord, frames: list[int], rng: np.random.Generator
    ) -> dict[str, Any]:
        """A video with all its expressions, and the ground truth of those that have one."""
        results = self._common_results(record, frames, record.expressions, rng)
        annotated = [expression for expression in record.expressions if expression.has_truth]
        results['expression_gt_rles'] = {
            expression.exp_id: self.read_truth(record, expression, frames)
            for expression in annotated
        }
        return results

    def _common_results(
        self,
        record: VideoRecord,
        frames: list[int],
        expressions: Sequence[Expression],
        rng: np.random.Generator,
    ) -> dict[str, Any]:
        results = self.frame_results(record, frames, rng)
        results['expressions'] = list(expressions)
        if self.instance_masks_dir is not None:
            results['instance_masks_path'] = str(self.instance_masks_dir / f'{record.name}.json')
        return results
