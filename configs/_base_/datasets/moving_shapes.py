# MovingShapes, the procedural MeViS: tools/make_moving_shapes.py data/moving_shapes
# Sentences name colours and directions, so hue and channels stay as they are.
train_dataloader = dict(
    batch_size=4,
    num_workers=1,
    sampler=dict(type='ResumableInfiniteSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        type='MeViSDataset',
        data_root='data/moving_shapes',
        split='train',
        frame_sampler=dict(type='GlobalFrameSampler', num_frames=6),
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadClipMasks'),
            dict(type='LoadInstanceMasks'),
            dict(type='NormalizeExpression'),
            dict(type='RandomFlipClip', prob=0.5),
            dict(type='PhotometricDistortClip', hue_delta=0.0, swap_channels=False),
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
        type='MeViSDataset',
        data_root='data/moving_shapes',
        split='valid_u',
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadInstanceMasks'),
            dict(type='NormalizeExpression'),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
