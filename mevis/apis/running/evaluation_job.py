"""What a test is of, and where its answers go: the parts of tools/test.py around the runner."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import is_main_process

from mevis.apis.configs.constructor_arguments import arguments_of_type
from mevis.apis.configs.values import require
from mevis.apis.running.launch import agreed, claim_folder, on_main
from mevis.apis.running.shards import ShardPlan, check_mergeable, plan_shard
from mevis.boundary.files import expanded, regular_file
from mevis.boundary.shard import Shard
from mevis.errors import UserError
from mevis.registry import REFINERS, TRACK_SOURCES

# Settings that cannot change an answer.
_IRRELEVANT = ('skip_videos', 'videos', 'data_root', 'split', 'chunk_size', 'init_cfg')


# Modules whose weights are in files of their own.
_SLOTS = ('refiner', 'track_source', 'source')


def fingerprint(cfg: Config, checkpoint: str | Path | None) -> dict[str, str]:
    """What the answers of a test follow from; two tests that agree in it may share answers.

    Args:
        cfg: The config.
        checkpoint: The weights; None for a model that has none of its own (``TrackFinder``).

    Raises:
        UserError: If weights of the refiner or of the source of tracks are missing.
    """
    dataset = cfg.test_dataloader.dataset
    decides = {'model': _relevant(cfg.model), 'dataset': _relevant(dataset)}
    text = json.dumps(decides, sort_keys=True, default=str)
    return {
        'config': hashlib.sha256(text.encode()).hexdigest(),
        'checkpoint': 'none' if checkpoint is None else sha256(checkpoint),
        **_plug_weights(cfg),
        'split': str(dataset.split),
        'data_root': str(Path(dataset.data_root).resolve()),
    }


def refiner_fingerprint(cfg: Config) -> dict[str, str]:
    """What refined masks follow from beside the masks they were.

    Raises:
        UserError: If weights of the refiner are missing.
    """
    text = json.dumps(_relevant(cfg.model.refiner), sort_keys=True, default=str)
    return {'refiner': hashlib.sha256(text.encode()).hexdigest(), **_plug_weights(cfg, ['refiner'])}


def _plug_weights(cfg: Config, slots: Sequence[str] = _SLOTS) -> dict[str, str]:
    """Asked before work begins, so that a missing file is missed then."""
    registries = dict(refiner=REFINERS, track_source=TRACK_SOURCES, source=TRACK_SOURCES)
    found = {}
    for slot in slots:
        plug, registry = cfg.model.get(slot), registries[slot]
        # DVIS calls one of its parts a refiner; building the model reports what is not registered.
        is_plug = bool(plug) and registry.get(plug['type']) is not None
        files = registry.build(plug).weight_files() if is_plug else []
        found.update({f'{slot} weights {file.name}': sha256(file) for file in files})
    return found


def sha256(path: str | Path) -> str:
    """The SHA-256 of a file.

    Raises:
        UserError: If it is a folder, a pipe or a device.
    """
    digest = hashlib.sha256()
    with regular_file(expanded(path)).open('rb') as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def prepare_answers(
    cfg: Config, checkpoint: str | Path, shard: Shard | None = None
) -> ShardPlan | None:
    """Opens the store of answers of the work folder; videos that it holds are not tested again.

    Args:
        cfg: The config; dataset, metrics and the folder of a shard's logs are set in place.
        checkpoint: The weights that will be tested.
        shard: The part of the work that this job does, without figures; None: what is left of all.

    Returns:
        What the shard has to do; None without one.

    Raises:
        UserError: If the folder holds the answers of another model, config or split, another
            process writes into it, or shards are asked of metrics that store nothing.
        FileNotFoundError: If the checkpoint does not exist.
    """
    from mevis.evaluation.prediction_store import PredictionStore

    root = Path(cfg.work_dir) / 'predictions'
    made_of = fingerprint(cfg, checkpoint)
    dataset = cfg.test_dataloader.dataset
    values = {**dataset_values(dataset), 'store_dir': str(root), 'fingerprint': made_of}
    if shard is not None:
        values['store_only'] = True
    evaluator = complete_evaluator(cfg.test_evaluator, values)
    if shard is not None:
        check_mergeable(evaluator)
    # A metric that keeps nothing must see every video, not those alone that are left to do.
    forgetful = [metric['type'] for metric in evaluator if 'store_dir' not in metric]
    if len(forgetful) == len(evaluator):
        evaluator.append(dict(type='PredictionWriter', store_dir=str(root), fingerprint=made_of))
    claim_folder(root, shard)
    # All ranks must leave out the same videos, or their shares would not fit together.
    on_main(lambda: PredictionStore(root, made_of))  # which says there what it is
    store = PredictionStore(root, made_of)
    if is_main_process() and shard is None:  # the others wait for it below, so nobody writes yet
        store.remove_leftovers()
    done = agreed(sorted(store.videos_done()))
    cfg.test_evaluator = evaluator
    if done and forgetful:
        if is_main_process():
            print(f'{root}: all videos are tested again, since {forgetful[0]} keeps nothing.')
        done = []
    if shard is None:
        plan = None
        if done and is_main_process():
            print(f'{root}: {len(done)} videos are done already.')
    else:
        plan = plan_shard(dataset, shard, done)
        cfg.work_dir = plan.log_dir(cfg.work_dir)
        if is_main_process():
            print(f'{root}: {plan}.')
    others = plan.others if plan else ()
    dataset.skip_videos = [*dataset.get('skip_videos', ()), *dict.fromkeys([*done, *others])]
    return plan


def submit_answers(cfg: Config, archive: str | Path) -> None:
    """Writes the answers of a test into an archive for the evaluation server.

    Args:
        cfg: The config of the test.
        archive: The zip file.

    Raises:
        UserError: If the archive would be incomplete or faulty.
    """
    from mevis.apis.scoring.submission import layout_of_dataset
    from mevis.evaluation.prediction_source import open_predictions
    from mevis.evaluation.submission import write_archive
    from mevis.registry import DATASETS

    dataset = {**cfg.test_dataloader.dataset, 'skip_videos': (), 'pipeline': []}
    layout = layout_of_dataset(DATASETS.build(dataset))
    predictions = open_predictions(Path(cfg.work_dir) / 'predictions')
    write_archive(archive, predictions, layout, min(8, os.cpu_count() or 1))
    masks = sum(video.num_masks for video in layout)
    print(f'{archive}: {len(layout)} videos, {masks} masks, checked against the split.')


def write_scores(path: str | Path, cfg: Config, figures: Mapping[str, Any]) -> None:
    """Writes the scores of a test: its figures, and those of each sentence from its answers.

    Args:
        path: The file; see :func:`mevis.evaluation.score_file.write_score_file`.
        cfg: The config of the test, whose answers lie in its work folder.
        figures: What the metrics gave.
    """
    from mevis.evaluation.score_file import stored_sentence_scores, write_score_file

    videos = cfg.test_dataloader.dataset.get('videos')
    sentences = stored_sentence_scores(Path(cfg.work_dir) / 'predictions', videos)
    write_score_file(path, figures, sentences)


def complete_evaluator(
    evaluator: Mapping[str, Any] | list[Any], values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Gives metrics what follows from the dataset, so that a config says it once.

    Args:
        evaluator: One metric's config or several.
        values: Argument -> value; a metric gets those that it takes and that its config lacks.

    Returns:
        The completed configs.

    Raises:
        UserError: If one is no metric.
    """
    metrics = list(evaluator) if isinstance(evaluator, (list, tuple)) else [evaluator]
    completed = []
    for metric in metrics:
        if not isinstance(metric, Mapping) or not isinstance(metric.get('type'), str):
            raise UserError(
                f'val_evaluator or test_evaluator: {metric!r:.60} is no metric; it needs a type,'
                ' such as RefVidSegMetric.'
            )
        table = arguments_of_type(metric['type'])
        names = table.names if table else set()
        extra = {name: value for name, value in values.items() if name in names}
        completed.append({**extra, **metric})
    return completed


def dataset_values(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """What a metric may want to know of the dataset that it scores."""
    keys = ('data_root', 'split', 'videos')
    return {key: dataset[key] for key in keys if key in dataset}


def annotation_files(cfg: Config) -> list[Path]:
    """What describes the split that is tested: files that no result may replace."""
    data = cfg.test_dataloader.dataset
    root, split = data.get('data_root'), data.get('split')
    if not isinstance(root, str) or not isinstance(split, str):
        return []
    folders = (Path(root), Path(root, split), Path(root, 'meta_expressions', split))
    return [file for folder in folders for file in folder.glob('*.json')]


def complete_evaluators(cfg: Config) -> None:
    """Completes the metrics of validation and test, in place."""
    for name in ('val', 'test'):
        if cfg.get(f'{name}_evaluator') and cfg.get(f'{name}_dataloader'):
            values = dataset_values(cfg[f'{name}_dataloader'].dataset)
            cfg[f'{name}_evaluator'] = complete_evaluator(cfg[f'{name}_evaluator'], values)


def keep_only_test(cfg: Config) -> None:
    """Drops what belongs to training, so that nothing of it is built or required.

    Raises:
        UserError: If the config says nothing about testing.
    """
    require(cfg, ('model', 'test_dataloader', 'test_evaluator'), 'test')
    for name in ('train', 'val'):
        for suffix in ('dataloader', 'cfg', 'evaluator'):
            cfg.pop(f'{name}_{suffix}', None)
    for name in ('optim_wrapper', 'param_scheduler', 'auto_scale_lr'):
        cfg.pop(name, None)
    hooks = cfg.get('default_hooks', {})
    training = ('checkpoint', 'finite_loss', 'freed_memory', 'iteration_seed', 'ema')
    for name in (*training, 'param_scheduler'):
        if name in hooks:
            hooks.pop(name)
    cfg.setdefault('test_cfg', dict(type='TestLoop'))


def _relevant(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {str(key): _relevant(value) for key, value in node.items() if key not in _IRRELEVANT}
    if isinstance(node, (list, tuple)):
        return [_relevant(value) for value in node]
    return node
