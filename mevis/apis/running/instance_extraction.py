"""Instance tracks of a whole split, to files: the parts of tools/extract_instance_masks.py."""

import time
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import get_world_size, is_main_process

from mevis.apis.running.evaluation_job import fingerprint
from mevis.apis.running.launch import agreed, claim_folder
from mevis.apis.running.shards import plan_shard
from mevis.boundary.shard import Shard
from mevis.errors import UserError
from mevis.structures.instance_folder import InstanceFolder


@dataclass(frozen=True)
class ExtractionSummary:
    """What an extraction did.

    Attributes:
        videos: Videos of this run, on all ranks.
        frames: Their frames.
        tracks: Least, mean and most tracks of a video; None without any video.
        seconds: Wall time of the run, loading and writing included.
        processes: Ranks that shared the work.
        done_before: Videos that an earlier run had written.
    """

    videos: int
    frames: int
    tracks: tuple[int, float, int] | None
    seconds: float
    processes: int
    done_before: int

    def __str__(self) -> str:
        if self.tracks is None:
            return f'nothing left to do: {self.done_before} videos are done already.'
        least, mean, most = self.tracks
        return (
            f'{self.videos} videos ({self.done_before} were done already), {self.frames} frames;'
            f' tracks per video: {mean:.1f} on average, {least} to {most};'
            f' {self.seconds / self.frames:.4f} s per frame'
            f' ({self.seconds:.1f} s, processes: {self.processes})'
        )


def prepare_extraction(
    cfg: Config,
    checkpoint: str | Path | None,
    out_dir: str | Path,
    top_k: int,
    split: str | None,
    shard: Shard | None = None,
) -> int:
    """Sets the config to extraction; videos that the folder holds are left out.

    Args:
        cfg: The config; its test dataset and evaluator are set in place.
        checkpoint: The weights;
            None for a model that names its weights itself (``TrackFinder``).
        out_dir: Where the files go.
        top_k: Tracks per video, at most.
        split: Part of the dataset;
            that of the config if None.
        shard: The part of the work that this job does; None: what is left of all.

    Returns:
        Videos (of the shard) that are done already.

    Raises:
        UserError: If ``top_k`` is negative, a checkpoint is needed, or the folder holds tracks of
            another model, config, split or K.
        FileNotFoundError: If the checkpoint does not exist.
    """
    check_top_k(top_k)
    dataset = cfg.test_dataloader.dataset
    if split is not None:
        dataset.split = split
    if checkpoint is None and 'source' not in cfg.model:
        raise UserError(
            f'{cfg.filename}: a checkpoint is needed after the config: the weights of its'
            f' {cfg.model.type}.'
        )
    made_of = {**fingerprint(cfg, checkpoint), 'top_k': str(top_k)}
    # The same dataset elsewhere gives the same tracks.
    made_of.pop('data_root')
    claim_folder(out_dir, shard)
    folder = InstanceFolder(out_dir, made_of)
    if is_main_process() and shard is None:  # other shards may be writing
        folder.remove_leftovers()
    # All ranks must leave out the same videos, or their shares would not fit together.
    done = agreed(sorted(folder.videos_done()))
    plan = plan_shard(dataset, shard, done) if shard else None
    if plan:
        cfg.work_dir = plan.log_dir(cfg.work_dir)
        if is_main_process():
            print(f'{out_dir}: {plan}.')
    others = plan.others if plan else ()
    dataset.skip_videos = [*dataset.get('skip_videos', ()), *dict.fromkeys([*done, *others])]
    cfg.test_evaluator = [
        dict(type='InstanceMaskWriter', out_dir=str(out_dir), made_of=made_of, top_k=top_k)
    ]
    return len(plan.done if plan else done)


def check_top_k(top_k: int) -> None:
    """Refuses a negative number of tracks.

    Raises:
        UserError: If it is one.
    """
    if top_k < 0:
        raise UserError(f'--top-k {top_k}: a number of tracks, 0 or more.')


def extract(cfg: Config, done_before: int, unsafe_unpickle: bool = False) -> ExtractionSummary:
    """Runs a prepared extraction.

    Args:
        cfg: As :func:`prepare_extraction` left it.
        done_before: What that function returned.
        unsafe_unpickle: Whether to load a checkpoint that must be unpickled.

    Raises:
        UserError: If more tracks are wanted than the model gives.
    """
    from mmengine.model import is_model_wrapper

    from mevis.apis.running.runner import build_runner

    runner = build_runner(cfg, unsafe_unpickle)
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    wanted = cfg.test_evaluator[0].top_k
    for name, part in (('model', model), ('model.source', getattr(model, 'source', None))):
        given = getattr(part, 'num_instances', None)
        if given is not None and wanted > given:
            raise UserError(
                f'--top-k {wanted}: the model gives {given} tracks at most. Add --cfg-options'
                f' {name}.num_instances={wanted}'
            )
    start = time.perf_counter()
    figures = runner.test()
    seconds = time.perf_counter() - start
    tracks = None
    if figures['videos']:
        tracks = (figures['tracks_min'], figures['tracks_mean'], figures['tracks_max'])
    return ExtractionSummary(
        figures['videos'],
        figures['frames'],
        tracks,
        seconds,
        get_world_size(),
        done_before,
    )
