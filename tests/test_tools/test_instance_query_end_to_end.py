"""The full system through the tools: tracks, training, test, refinement, an archive to submit.

The configs are those of the paper's table; options make the model small.
"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from mevis.datasets.moving_shapes import Recipe, write_split

pytestmark = pytest.mark.slow
CONFIG = 'configs/mutr_swinl_global_inst.py'
REFINED = 'configs/mutr_swinl_global_inst_hqsam.py'
DVIS = ('configs/dvis_tiny_moving_shapes_minvis.py', 'dvis_tiny_moving_shapes_minvis.safetensors')
NUM_FRAMES = 12
SMALL = [
    *('model.text_encoder._delete_=True', 'model.text_encoder.type=WordTextEncoder'),
    *('model.text_encoder.embed_dims=16', 'model.embed_dims=32', 'model.num_heads=2'),
    *('model.feedforward_dims=32', 'model.mask_dims=16', 'model.backbone.embed_dims=8'),
    *('model.backbone.depths=1,1,1,1', 'model.backbone.num_heads=1,1,2,2'),
    *('model.backbone_channels=8,16,32,64', 'model.query_initializer.num_instances=3'),
    *('val_dataloader.dataset.pipeline.0.short_side=64', 'val_dataloader.num_workers=0'),
    *('test_dataloader.dataset.pipeline.0.short_side=64', 'test_dataloader.num_workers=0'),
]
# One process runs all commands: loading mmdet takes longer than what they do here.
DRIVER = """
import json, runpy, sys
for command in json.loads(sys.argv[1]):
    sys.argv = command
    try:
        runpy.run_path(command[0], run_name='__main__')
    except SystemExit as end:
        if end.code:
            raise
"""


@pytest.fixture(scope='module')
def work(repo_root: Path, tmp_path_factory) -> Path:
    """A folder with the work folders of a training and of four tests of its weights."""
    from segment_anything_hq import sam_model_registry

    folder = tmp_path_factory.mktemp('system')
    for split in ('train', 'valid_u'):
        recipe = Recipe(1, height=64, width=96, num_frames=NUM_FRAMES, sentences=(2, 2))
        write_split(folder / 'data', split, recipe, youtube_vis=True)
    torch.manual_seed(0)
    torch.save(sam_model_registry['vit_tiny']().state_dict(), folder / 'sam.pth')
    loaders = ('train_dataloader', 'val_dataloader', 'test_dataloader')
    data = [f'{name}.dataset.data_root={folder / "data"}' for name in loaders]
    tracks = [f'{name}.dataset.instance_masks_dir={folder}/tracks/{{split}}' for name in loaders]
    dvis = [DVIS[0], f'{repo_root}/weights/{DVIS[1]}']
    extract = [
        ['tools/extract_instance_masks.py', *dvis, '--split', split]
        + ['--out', str(folder / 'tracks' / split), '--top-k', '3']
        + ['--work-dir', str(folder / 'logs'), '--cfg-options', *data]
        for split in ('train', 'valid_u')
    ]
    short = ['train_cfg.max_iters=3', 'train_cfg.val_begin=2', 'train_cfg.val_interval=3']
    short += ['default_hooks.logger.interval=1', 'train_dataloader.num_workers=0']
    short += ['load_from=None']  # released weights, of another size
    train = ['tools/train.py', CONFIG, '--work-dir', str(folder / 'train')]
    train += ['--cfg-options', *SMALL, *data, *tracks, *short]
    weights = str(folder / 'train/iter_3.pth')

    def test(config: str, name: str, *options: str) -> list[str]:
        command = ['tools/test.py', config, weights, '--work-dir', str(folder / name)]
        command += ['--out', str(folder / f'{name}.json')]
        command += ['--submission', str(folder / f'{name}.zip')]
        return [*command, '--cfg-options', *SMALL, *data, *options]

    source = ['model.track_source.type=DVISTracks', f'model.track_source.config={DVIS[0]}']
    source += [f'model.track_source.checkpoint={dvis[1]}']
    none = ['test_dataloader.dataset.instance_masks_dir=']
    sam = ['model.refiner.model=vit_tiny', f'model.refiner.checkpoint={folder / "sam.pth"}']
    commands = [
        *extract,
        train,
        test(CONFIG, 'files', *tracks),
        test(CONFIG, 'inside', *source, *none),
        test(CONFIG, 'without', *none),
        test(REFINED, 'refined', *tracks, *sam),
    ]
    done = subprocess.run(
        [sys.executable, '-c', DRIVER, json.dumps(commands)],
        cwd=repo_root,
        env={
            **os.environ,
            'PYTHONPATH': str(repo_root),
            'OMP_NUM_THREADS': '1',
            'CUDA_VISIBLE_DEVICES': '',
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return folder


def masks(work: Path, name: str) -> dict[str, bytes]:
    with zipfile.ZipFile(work / f'{name}.zip') as archive:
        return {entry: archive.read(entry) for entry in archive.namelist()}


def scores(work: Path, name: str) -> list[float]:
    """Confidence in each answer, to the last digit."""
    (path,) = (work / name / 'predictions/videos').glob('*.json')
    return [entry['score'] for entry in json.loads(path.read_text())['expressions'].values()]


def test_the_query_has_learnt(work):
    from mevis.checkpoints.loading import read_checkpoint

    state = read_checkpoint(work / 'train/iter_3.pth')['state_dict']
    last = state['query_initializer.block.cross_attn.attn.out_proj.weight']
    assert last.abs().max() > 0
    assert all(tensor.isfinite().all() for tensor in state.values() if tensor.is_floating_point())


def test_tracks_from_files_and_from_the_same_process_give_the_same_answers(work):
    assert len(masks(work, 'files')) == 2 * NUM_FRAMES
    assert masks(work, 'files') == masks(work, 'inside')
    assert scores(work, 'files') == scores(work, 'inside')
    assert (work / 'files.json').read_bytes() == (work / 'inside.json').read_bytes()
    # The trained query does look at them.
    assert scores(work, 'files') != scores(work, 'without')


def test_refined_answers_make_an_archive_of_the_same_form(work):
    assert set(masks(work, 'files')) == set(masks(work, 'refined'))
    assert masks(work, 'files') != masks(work, 'refined')
    assert {'J', 'F', 'J&F'} <= set(json.loads((work / 'refined.json').read_text()))
