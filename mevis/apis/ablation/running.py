"""Runs a row under a seed, or resumes it where it was interrupted."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mevis.apis.ablation.plan import Plan, Row
from mevis.apis.ablation.shuffled_tracks import shuffle_tracks
from mevis.apis.configs.loading import load_config
from mevis.boundary.shipped import shipped_path
from mevis.datasets.mevis_format import annotation_file
from mevis.datasets.video_record import read_meta_expressions
from mevis.errors import UserError
from mevis.evaluation.prediction_store import PredictionStore
from mevis.structures.atomic_write import atomic_write_text


@dataclass(frozen=True)
class SentenceScore:
    """What the answer to a sentence is worth, in [0, 1].

    Attributes:
        video: Its video.
        exp_id: The sentence.
        tags: Its kinds.
        similarity: J.
        accuracy: F.
    """

    video: str
    exp_id: str
    tags: tuple[str, ...]
    similarity: float
    accuracy: float

    @property
    def mean(self) -> float:
        """J&F."""
        return (self.similarity + self.accuracy) / 2


class AblationRunner:
    """Trains and tests rows by tools/train.py and tools/test.py, each in a process of its own.

    ``<work_dir>/<row>/seed_<n>`` holds the config, the training (``train``), the test (``test``)
    and what they print (``train.log``, ``test.log``).

    Args:
        plan: The rows.
        work_dir: Folder of everything.
        tools: Folder of train.py and test.py.
    """

    def __init__(self, plan: Plan, work_dir: str | Path, tools: str | Path) -> None:
        self.plan = plan
        self.work_dir = Path(work_dir)
        self.tools = Path(tools)

    def check(self, rows: Sequence[Row]) -> None:
        """Finds out before the work what would stop a row after others have run for hours.

        Raises:
            UserError: If a config cannot be read, an override names nothing that exists, or the
                weights that a row starts from are missing.
        """
        for row in rows:
            self.config(row, 0)
            if row.start and not (shipped_path(row.start) or Path(row.start)).is_file():
                raise UserError(f'row {row.name}: start: {row.start}: no such file.')

    def run(self, row: Row, seed: int) -> list[SentenceScore]:
        """The scores of a row under a seed; what is done already is not done again.

        Raises:
            UserError: If the folder was made with other settings, or a tool fails.
        """
        folder = self.folder(row, seed)
        cfg = self.config(row, seed)
        config = folder / 'config.py'
        if config.is_file() and config.read_text(encoding='utf-8') != cfg.pretty_text:
            raise UserError(
                f'{config}: made with other settings. Delete {folder}, or choose another'
                ' --work-dir.'
            )
        if not config.is_file():
            atomic_write_text(config, cfg.pretty_text)
        weights = self.weights(row, seed)
        if row.trained and not weights.is_file():
            self._train(folder, config)
        if not (folder / 'test/scores.json').is_file():
            self._call(folder, 'test', config, weights, '--out', folder / 'test/scores.json')
        return read_scores(folder / 'test/predictions')

    def result(self, row: Row, seed: int) -> list[SentenceScore] | None:
        """The scores of an earlier run; None if there is none that has ended."""
        folder = self.folder(row, seed)
        if not (folder / 'test/scores.json').is_file():
            return None
        return read_scores(folder / 'test/predictions')

    def folder(self, row: Row, seed: int) -> Path:
        """Where a row under a seed lies."""
        return self.work_dir / row.name / f'seed_{seed}'

    def weights(self, row: Row, seed: int) -> Path:
        """What is tested."""
        owner = self.plan.rows[row.of] if row.of else row
        if not owner.trained:
            return Path(row.start)
        iterations = self.config(owner, seed).train_cfg.max_iters
        return self.folder(owner, seed) / f'train/iter_{iterations}.pth'

    def config(self, row: Row, seed: int) -> Config:
        """The config of a row: the plan's, its own overrides, the seed.

        Raises:
            UserError: If an override names nothing that exists.
        """
        options = {**row.options, 'randomness.seed': seed}
        if row.trained:
            options['load_from'] = row.start
        cfg = load_config(row.config, options)
        _keep_first(cfg.test_dataloader.dataset, self.plan.test_videos)
        if row.trained:
            _keep_first(cfg.train_dataloader.dataset, self.plan.train_videos)
        if row.shuffled_tracks:
            self._shuffle_tracks(row, cfg)
        return cfg

    def _shuffle_tracks(self, row: Row, cfg: Config) -> None:
        found = False
        for name in ('train_dataloader', 'test_dataloader'):
            dataset = cfg[name].dataset
            folder = dataset.get('instance_masks_dir')
            if folder:
                found = True
                folder = folder.replace('{split}', dataset.split)
                out_dir = self.work_dir / f'shuffled_tracks/{dataset.split}'
                dataset.instance_masks_dir = str(
                    shuffle_tracks(folder, out_dir, dataset.get('videos'))
                )
        if not found:
            raise UserError(
                f'row {row.name}: shuffled_tracks: its datasets have no instance_masks_dir.'
            )

    def _train(self, folder: Path, config: Path) -> None:
        begun = (folder / 'train/last_checkpoint').is_file()
        self._call(folder, 'train', config, *(['--resume'] if begun else []))

    def _call(self, folder: Path, job: str, *arguments: Any) -> None:
        command = [sys.executable, self.tools / f'{job}.py', *arguments]
        command += ['--work-dir', folder / job]
        log = folder / f'{job}.log'
        with log.open('a', encoding='utf-8') as file:
            done = subprocess.run(
                [str(part) for part in command], stdout=file, stderr=subprocess.STDOUT
            )
        if done.returncode:
            last = log.read_text(encoding='utf-8').rstrip().splitlines()[-1:]
            raise UserError(f'{log}: tools/{job}.py failed. {"".join(last)}')


def _keep_first(dataset: Any, count: int | None) -> None:
    """Restricts the config of a dataset in MeViS format to its first videos."""
    if count is not None:
        path = annotation_file(Path(dataset.data_root) / dataset.split)
        dataset.videos = sorted(read_meta_expressions(path))[:count]


def read_scores(predictions: str | Path) -> list[SentenceScore]:
    """The scores that a test left beside its answers, in the order of videos and sentences.

    Raises:
        UserError: If the test had no ground truth.
    """
    store = PredictionStore(predictions)
    scores = []
    for video in sorted(store.videos_done()):
        record: Mapping[str, Mapping[str, Any]] | None = store.read(video).record
        if record is None:
            raise UserError(
                f'{predictions}: a split without ground truth, so there is nothing to compare.'
            )
        scores += [
            SentenceScore(video, exp_id, tuple(f['tags']), f['similarity'], f['accuracy'])
            for exp_id, f in record.items()
        ]
    return scores


def write_json(path: str | Path, content: Any) -> None:
    """Writes a JSON file, whole or not at all."""
    atomic_write_text(path, json.dumps(content, indent=1) + '\n')
