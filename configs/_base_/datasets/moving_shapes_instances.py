# The objects of MovingShapes; their categories are the shapes.
# tools/make_moving_shapes.py data/moving_shapes --youtube-vis
_base_ = ['../default_runtime.py']
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='ResumableInfiniteSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        type='YouTubeVISDataset',
        data_root='data/moving_shapes',
        split='train',
        ann_file='{split}/instances.json',
        frame_sampler=dict(type='LocalFrameSampler', num_frames=1),
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadClipInstances'),
            dict(type='RandomFlipClip', prob=0.5),
            dict(type='ResizeClip', short_side=96),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=1,
    sampler=dict(type='CostBalancedSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        type='YouTubeVISDataset',
        data_root='data/moving_shapes',
        split='valid_u',
        ann_file='{split}/instances.json',
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=[
            dict(type='LoadResizedFrames', short_side=96, max_long_side=144),
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
default_hooks = dict(checkpoint=dict(save_best='instance_recall@10'))
