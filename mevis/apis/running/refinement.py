"""Masks of an earlier test, refined: the parts of tools/refine.py."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.dist import barrier, get_dist_info, is_main_process
from mmengine.registry import init_default_scope

from mevis.apis.running.evaluation_job import refiner_fingerprint
from mevis.apis.running.launch import agreed, claim_folder, on_main
from mevis.apis.running.shards import plan_shard
from mevis.boundary.shard import Shard
from mevis.datasets.frame_reader import FrameReader
from mevis.engine.samplers.cost_balanced_sampler import shares_by_cost
from mevis.errors import UserError
from mevis.evaluation.prediction_store import PredictionStore, VideoPredictions
from mevis.evaluation.same_sentences import are_of_other_data, check_same_sentence
from mevis.refiners import IdentityRefiner, MaskRefiner
from mevis.registry import DATASETS, REFINERS, TRANSFORMS
from mevis.structures import ExpressionPrediction, InstanceMasks, RefineContext


@dataclass(frozen=True)
class Refinement:
    """What is refined, by what, and where it goes.

    Attributes:
        dataset: Test videos; items without pixels.
        items: Indices of those that are left to do.
        refiner: On its device.
        source: Answers of tools/test.py.
        target: Refined answers.
        load_tracks: The transform that reads the instance tracks of an item, if any.
        done_before: Videos that earlier runs have done, of the shard if there is one.
        of_other_data: Whether the answers come from another data root, so that their sentences
            are held against those of the dataset.
    """

    dataset: Any
    items: Sequence[int]
    refiner: MaskRefiner
    source: PredictionStore
    target: PredictionStore
    load_tracks: Any = None
    done_before: int = 0
    of_other_data: bool = False


def prepare_refinement(
    cfg: Config, predictions: str | Path, out_dir: str | Path, shard: Shard | None = None
) -> Refinement:
    """Opens everything that a refinement needs.

    Args:
        cfg: A config whose ``model.refiner`` and ``test_dataloader`` say what to do.
        predictions: Work folder of tools/test.py, or its ``predictions``.
        out_dir: Folder for the refined answers.
        shard: The part of the work that this job does; None: what is left of all.

    Raises:
        UserError: If the config names no refiner, its weights are missing, a video has no
            predictions, or ``out_dir`` holds something else.
    """
    init_default_scope('mevis')
    source = _open_source(predictions)
    refiner = REFINERS.build(cfg.model.get('refiner') or dict(type='IdentityRefiner'))
    if isinstance(refiner, IdentityRefiner):
        raise UserError(
            f'{cfg.filename}: model.refiner is IdentityRefiner, which changes nothing. Name'
            ' another: --cfg-options model.refiner.type=HQSAMRefiner'
        )
    if Path(out_dir).resolve() == source.root.resolve():
        raise UserError(f'--out {out_dir}: is the folder of the predictions. Choose another.')
    data = cfg.test_dataloader.dataset
    made_of = {
        'predictions': _sha256_of(source.made_of()),
        **refiner_fingerprint(cfg),
        'split': str(data.split),
        'data_root': str(Path(data.data_root).resolve()),
    }
    # Frames are read when the refiner asks for them.
    dataset = DATASETS.build({**data, 'pipeline': []})
    plan = plan_shard(data, shard, ()) if shard else None
    wanted = plan.left if plan else dataset.item_videos()
    missing = sorted(set(wanted) - source.videos_done())
    if missing:
        raise UserError(
            f'{source.root}: {len(missing)} videos of the split have no predictions, such as'
            f' {missing[0]}. Finish the test, or name the videos:'
            ' --cfg-options test_dataloader.dataset.videos=[...]'
        )
    claim_folder(out_dir, shard)
    on_main(
        lambda: PredictionStore(out_dir, made_of, option='--out')
    )  # which says there what it is
    target = PredictionStore(out_dir, made_of, option='--out')
    if is_main_process() and shard is None:  # the others wait for it below, so nobody writes yet
        target.remove_leftovers()
    # All ranks must leave out the same videos, or their shares would not fit together.
    done = set(agreed(sorted(target.videos_done())))
    todo = set(wanted) - done
    items = [index for index, video in enumerate(dataset.item_videos()) if video in todo]
    load = next((one for one in data.pipeline if one['type'] == 'LoadInstanceMasks'), None)
    load_tracks = load and TRANSFORMS.build(load)
    refiner = refiner.to(get_device()).eval()
    done_before = len(wanted) - len(items)
    other = are_of_other_data(source, Path(data.data_root))
    return Refinement(dataset, items, refiner, source, target, load_tracks, done_before, other)


def run_refinement(job: Refinement) -> str:
    """Refines what is left to do, each process its share; says what was done.

    Raises:
        UserError: If predictions are of other frames, sentences or sizes than the dataset, or a
            frame cannot be read.
    """
    rank, world_size = get_dist_info()
    costs = job.dataset.item_costs()
    share = shares_by_cost([costs[index] for index in job.items], world_size)[rank]
    start = time.perf_counter()
    for number, place in enumerate(share, 1):
        item = job.dataset[job.items[place]]
        before = time.perf_counter()
        answers = _refine_video(job, item)
        job.target.write(item['video'], item['frame_names'], answers)
        if rank == 0:
            print(
                f'[{number}/{len(share)}] {item["video"]}: {len(item["frame_names"])} frames,'
                f' {len(answers)} sentences, {time.perf_counter() - before:.1f} s',
                flush=True,
            )
    barrier()
    seconds = time.perf_counter() - start
    return (
        f'{len(job.items)} videos refined ({job.done_before} were done already) in'
        f' {seconds:.1f} s, processes: {world_size}'
    )


@torch.no_grad()
def _refine_video(job: Refinement, item: dict[str, Any]) -> list[ExpressionPrediction]:
    found = job.source.read(item['video'])
    place = f'{job.source.root}: video {item["video"]}'
    record = next(one for one in job.dataset.records if one.name == item['video'])
    size = job.dataset.frame_size(record)
    answers = _matching_answers(found, item, size, place)
    if job.of_other_data:
        for answer, expression in zip(answers, item['expressions'], strict=True):
            where = f'{place}, expression {answer.exp_id}'
            check_same_sentence(answer.text, expression.text, where)
    context = RefineContext(
        item['video'],
        [answer.exp_id for answer in answers],
        list(item['frame_names']),
        size,
        [answer.text for answer in answers],
        [answer.score for answer in answers],
        _tracks(job, item, size),
    )
    frames = FrameReader(item['frame_paths'], size)
    refined = job.refiner(frames, [answer.rles for answer in answers], context)
    return [answer.with_rles(rles) for answer, rles in zip(answers, refined, strict=True)]


def _tracks(job: Refinement, item: dict[str, Any], size: tuple[int, int]) -> InstanceMasks | None:
    """The tracks of the dataset in the frames of an item, as a test would see them."""
    if job.load_tracks is None or 'instance_masks_path' not in item:
        return None
    loaded = job.load_tracks({**item, 'ori_shape': size})
    return loaded['instances'].at(item['frame_indices'])


def _matching_answers(
    found: VideoPredictions, item: dict[str, Any], size: tuple[int, int], place: str
) -> list[ExpressionPrediction]:
    """The answers to the expressions of an item, of its frames and their size."""
    if list(found.frame_names) != list(item['frame_names']):
        raise UserError(
            f'{place}: the predictions are of {len(found.frame_names)} frames, the dataset has'
            f' {len(item["frame_names"])}, or others. Test this dataset again.'
        )
    wanted = [expression.exp_id for expression in item['expressions']]
    missing = [exp_id for exp_id in wanted if exp_id not in found.answers]
    if missing:
        raise UserError(f'{place}: no prediction for expression {missing[0]}. Test again.')
    answers = [found.answers[exp_id] for exp_id in wanted]
    for answer in answers:
        for rle in answer.rles:
            if tuple(rle['size']) != tuple(size):
                raise UserError(
                    f'{place}, expression {answer.exp_id}: a mask is {tuple(rle["size"])} (height,'
                    f' width), the frames are {tuple(size)}. Test this dataset again.'
                )
    return answers


def _open_source(predictions: str | Path) -> PredictionStore:
    folder = Path(predictions)
    inner = folder / 'predictions'
    if not PredictionStore.is_store(folder) and PredictionStore.is_store(inner):
        folder = inner
    return PredictionStore(folder)


def _sha256_of(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
