"""J, F and J&F of a model while it is validated or tested."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from mmengine.dist import is_main_process

from mevis.errors import UserError
from mevis.evaluation.expression_score import ExpressionScore, score_expression
from mevis.evaluation.metrics.keyed_metric import KeyedMetric
from mevis.evaluation.prediction_store import PredictionStore
from mevis.evaluation.score_summary import summarize
from mevis.evaluation.score_table import print_scores
from mevis.registry import METRICS
from mevis.structures import Expression, ExpressionPrediction, decode_rle
from mevis.structures.mask_store import MaskStore

Record = dict[str, dict[str, Any]]
"""Expression id -> fields of :class:`ExpressionScore` and ``tags``."""


@METRICS.register_module()
class RefVidSegMetric(KeyedMetric):
    """J, F and J&F per (video, expression id), overall and per tag, in percent.

    With ``store_dir`` the answers to a video are written as soon as they are there, and those of
    videos that an earlier run has answered count too.  Without ground truth no scores are given.

    Args:
        data_root: Folder of the dataset.
        split: Part of it; ``<data_root>/<split>/mask_dict.json`` holds ground truth of samples that
            do not bring theirs (``gt_rles``, which every dataset of this package gives).
        videos: The videos that are tested; None: all.
        store_dir: Folder for the answers, or None.
        fingerprint: What the answers follow from; see :class:`PredictionStore`.
        show_table: Whether the figures are also printed as a table.
        store_only: Score and store, and report nothing: the mean over a part of the videos would
            mislead.  A later test with this ``store_dir`` gives them.

    Raises:
        UserError: If ground truth exists but no ``mask_dict.json``, or a mask of it does not fit;
            if ``store_only`` has no ``store_dir``.
    """

    figures = r'J|F|J&F(/.+)?|J&F-target|N-acc|T-acc|Final-target|Final-all'

    def __init__(
        self,
        data_root: str,
        split: str,
        videos: Sequence[str] | None = None,
        store_dir: str | None = None,
        fingerprint: Mapping[str, str] | None = None,
        show_table: bool = True,
        store_only: bool = False,
    ) -> None:
        super().__init__()
        if store_only and not store_dir:
            raise UserError('RefVidSegMetric: store_only=True needs a store_dir.')
        self.store_only = store_only
        self.mask_file = Path(data_root) / split / 'mask_dict.json'
        self.videos = None if videos is None else set(videos)
        self.show_table = show_table
        self._masks: MaskStore | None = None
        self.store_dir = store_dir
        self.fingerprint = dict(fingerprint or {})

    @cached_property
    def _store(self) -> PredictionStore | None:
        """Opened when the first answer comes."""
        return PredictionStore(self.store_dir, self.fingerprint) if self.store_dir else None

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Scores and stores the answers to videos."""
        for sample in data_samples:
            record = self._score_video(sample)
            video = sample['video']
            if self._store is not None:
                self._store.write(video, sample['frame_names'], sample['predictions'], record)
            self.results.append((video, (video, record)))

    def evaluate(self, size: int) -> dict[str, float]:
        """Adds the videos of earlier runs, then gathers and computes."""
        if self.store_only:
            self.results.clear()
            return {}
        if self._store is not None:
            scored = {video for video, _ in self.results}
            for video in sorted(self._store.videos_done() - scored):
                if self.videos is None or video in self.videos:
                    scores = self._store.read_scores(video)
                    stored = {exp_id: msgspec.structs.asdict(one) for exp_id, one in scores.items()}
                    self.results.append((video, (video, stored or None)))
        return super().evaluate(size)

    def compute_metrics(self, results: list[tuple[str, Record | None]]) -> dict[str, float]:
        """The figures of all videos; none for a split without ground truth.

        Raises:
            UserError: If there is no video at all.
        """
        scores, tags = {}, {}
        for video, record in results:
            for exp_id, fields in (record or {}).items():
                values = dict(fields)
                tags[video, exp_id] = tuple(values.pop('tags'))
                scores[video, exp_id] = ExpressionScore(**values)
        if not results:
            raise UserError(
                'no video was tested: those that `skip_videos` leaves out are all that `videos` and'
                ' the split have.'
            )
        if not scores:
            if is_main_process():
                print(
                    'The split has no ground truth, so there are no scores: docs/guides/submit.md.'
                )
            return {}
        if self.show_table and is_main_process():
            print_scores(scores, tags)
        return summarize(scores, tags)

    def _score_video(self, sample: Mapping[str, Any]) -> Record | None:
        """The scores of a video by expression; None without ground truth."""
        expressions = {expression.exp_id: expression for expression in sample['expressions']}
        if not all(expression.has_truth for expression in expressions.values()):
            return None
        missing = expressions.keys() - {answer.exp_id for answer in sample['predictions']}
        if missing:
            raise UserError(
                f'video {sample["video"]}: no prediction for expression {min(missing)}.'
                ' A model must answer'
                ' every expression of a test video (docs/concepts/data_flow.md).'
            )
        record = {}
        for answer in sample['predictions']:
            expression = expressions[answer.exp_id]
            place = f'video {sample["video"]}, expression {answer.exp_id}'
            score = score_expression(
                self._decoded(answer, sample),
                self._truth(sample, expression),
                bool(expression.anno_ids),
                place if 'gt_rles' in sample else f'{self.mask_file}: {place}',
            )
            record[answer.exp_id] = {**asdict(score), 'tags': list(expression.tags)}
        return record

    def _truth(
        self, sample: Mapping[str, Any], expression: Expression
    ) -> list[dict[str, Any] | None]:
        """One RLE per frame; None where nothing is to be seen."""
        if 'gt_rles' in sample:
            return sample['gt_rles'][expression.exp_id]
        if not expression.anno_ids:
            return [None] * len(sample['frame_names'])
        store = self._mask_store()
        for anno_id in expression.anno_ids:
            store.check_length(anno_id, sample['video'], sample['num_video_frames'])
        return store.union(expression.anno_ids, sample['frame_indices'])

    @staticmethod
    def _decoded(answer: ExpressionPrediction, sample: Mapping[str, Any]) -> Iterable[Any]:
        size = tuple(sample['ori_shape'])
        return (decode_rle([rle], size, f'answer {answer.exp_id}')[0] for rle in answer.rles)

    def _mask_store(self) -> MaskStore:
        if self._masks is None:
            self._masks = MaskStore.open(self.mask_file)
        return self._masks
