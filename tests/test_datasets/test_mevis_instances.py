"""MeViS as instances without categories."""

from pathlib import Path

from mevis.registry import DATASETS


def build(root: Path, split: str, **options):
    sampler = dict(type='AllFramesSampler')
    if not options.get('test_mode'):
        sampler = dict(type='LocalFrameSampler', num_frames=2)
    return DATASETS.build(
        dict(
            type='MeViSInstanceDataset',
            data_root=str(root),
            split=split,
            frame_sampler=sampler,
            **options,
        )
    )


def test_all_named_objects_are_tracks_of_one_class(mevis_root: Path):
    pipeline = [dict(type='LoadClipFrames'), dict(type='PackRefVidSegInputs')]
    dataset = build(mevis_root, 'train', test_mode=True, pipeline=pipeline)
    bird, cat = (dataset[index]['data_samples'].gt_tracks for index in range(2))
    assert (len(bird), len(cat)) == (2, 1)
    assert list(bird.categories) == [0, 0]
    assert dataset.classes == ('object',)
    # Object 1 is absent in the last two frames.
    assert [rle is None for rle in bird.rles[1]] == [False] * 4 + [True] * 2
    assert bird.decode([0]).sum((1, 2, 3)).tolist() == [100, 100]


def test_a_clip(mevis_root: Path):
    pipeline = [
        dict(type='LoadClipFrames'),
        dict(type='LoadClipInstances'),
        dict(type='PackRefVidSegInputs'),
    ]
    dataset = build(mevis_root, 'train', pipeline=pipeline, videos=['bird'])
    seen = {tuple(dataset[0, serial]['data_samples'].gt_instances.ids) for serial in range(20)}
    assert seen == {(0, 1), (0,)}


def test_a_split_without_masks(mevis_root: Path):
    pipeline = [dict(type='LoadClipFrames'), dict(type='PackRefVidSegInputs')]
    dataset = build(mevis_root, 'valid', test_mode=True, pipeline=pipeline)
    assert 'gt_tracks' not in dataset[0]['data_samples']
