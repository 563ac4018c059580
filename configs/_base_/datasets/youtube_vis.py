# YouTube-VIS 2019, laid out as in docs/guides/instances.md; sizes and augmentation are those of the
# official DVIS.  2021: another data_root.  Only train has masks, so nothing is validated.
_base_ = ['instances.py']
train_dataloader = dict(
    dataset=dict(
        type='YouTubeVISDataset',
        data_root='data/youtube_vis_2019',
        split='train',
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadClipInstances'),
            dict(
                type='RandomSelectTransforms',
                first=[
                    dict(type='RandomResizeClip', short_sides=[240, 360, 480], max_long_side=768),
                ],
                second=[
                    dict(type='RandomResizeClip', short_sides=[400, 500, 600], max_long_side=1333),
                    dict(type='RandomCropClip', min_size=384, max_size=600),
                    dict(type='RandomResizeClip', short_sides=[240, 360, 480], max_long_side=768),
                ],
            ),
            dict(type='RandomFlipClip', prob=0.5),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
val_dataloader = None
val_cfg = None
val_evaluator = None
test_dataloader = dict(
    dataset=dict(
        type='YouTubeVISDataset',
        data_root='data/youtube_vis_2019',
        split='valid',
        pipeline=[
            dict(
                type='LoadResizedFrames',
                short_side=360,
                max_long_side=1333,
                rounding='detectron2',
            ),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
test_evaluator = [
    dict(type='InstancePrecisionMetric'),
    dict(type='InstanceRecallMetric', top_k=(1, 5, 10)),
]
