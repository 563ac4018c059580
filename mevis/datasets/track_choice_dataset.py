"""Videos with tracks and several sentences at once, to train the choice among tracks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mevis.datasets.mevis import MeViSDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.registry import DATASETS


@DATASETS.register_module()
class TrackChoiceDataset(MeViSDataset):
    """A training item is a clip of a video with S of its sentences; testing as MeViSDataset.

    What does not depend on the sentence is then computed once for several of them.  The pipeline
    needs ``LoadInstanceMasks`` and, after it, ``MatchTracks``.

    Args:
        data_root: Folder of the dataset.
        split: Part of it, such as ``train``.
        frame_sampler: Config of a frame sampler.
        pipeline: Configs of transforms, dict -> dict.
        instance_masks_dir: Folder with the tracks of each video; needed.
        num_expressions: S; drawn with repetition where a video has fewer.
        test_mode: Whole videos instead of clips.
        videos: Names of the videos to use;
            all if None.
        skip_videos: Names of videos to leave out.
        seed: Seed of everything random.

    Raises:
        UserError: As :class:`MeViSDataset`, and if there are no tracks to train on.
    """

    def __init__(
        self,
        data_root: str,
        split: str,
        frame_sampler: Mapping[str, Any],
        pipeline: Sequence[Mapping[str, Any]],
        instance_masks_dir: str | None = None,
        num_expressions: int = 6,
        test_mode: bool = False,
        videos: Sequence[str] | None = None,
        skip_videos: Sequence[str] = (),
        seed: int = 0,
    ) -> None:
        if instance_masks_dir is None and not test_mode:
            raise UserError(
                'instance_masks_dir: a selector chooses among tracks, so it needs a folder of them'
                ' to train on. Make it by tools/extract_instance_masks.py.'
            )
        super().__init__(
            data_root,
            split,
            frame_sampler,
            pipeline,
            test_mode,
            videos,
            skip_videos,
            instance_masks_dir,
            seed=seed,
        )
        self.num_expressions = num_expressions

    def num_subjects(self, record: VideoRecord) -> int:
        """One in training, all sentences at once; in testing its sentences."""
        return len(record.expressions) if self.test_mode else min(1, len(record.expressions))

    def clip_results(
        self, record: VideoRecord, subject: int, frames: list[int], rng: np.random.Generator
    ) -> dict[str, Any]:
        """A clip with S expressions, and the ground truth of each in the whole video."""
        places = rng.permutation(
            np.resize(rng.permutation(len(record.expressions)), self.num_expressions)
        )
        expressions = [record.expressions[place] for place in places]
        results = self._common_results(record, frames, expressions, rng)
        everywhere = range(len(record.frame_names))
        truth = {
            expression.exp_id: self.read_truth(record, expression, everywhere)
            for expression in set(expressions)
        }
        results['expression_rles'] = [truth[expression.exp_id] for expression in expressions]
        return results

    def visible_clip(self, results: dict[str, Any]) -> dict[str, Any] | None:
        """Any clip will do."""
        return self.run_pipeline(results)
