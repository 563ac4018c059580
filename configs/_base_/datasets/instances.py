# Videos with annotated objects: what the datasets of this kind share.  They say type, data_root
# and split.
_base_ = ['../default_runtime.py']
train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    sampler=dict(type='ResumableInfiniteSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        frame_sampler=dict(type='LocalFrameSampler', num_frames=1),
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadClipInstances'),
            dict(type='RandomResizeClip', short_sides=[360, 480, 600], max_long_side=1024),
            dict(type='RandomFlipClip', prob=0.5),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    sampler=dict(type='CostBalancedSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=[
            dict(
                type='LoadResizedFrames',
                short_side=480,
                max_long_side=1333,
                rounding='detectron2',
            ),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='InstancePrecisionMetric'),
    dict(type='InstanceRecallMetric', top_k=(1, 5, 10, 20)),
]
test_evaluator = val_evaluator
