# Videos with sentences: what the datasets of this kind share.  They say type, data_root and split.
# Augmentation and sizes are those of the official MUTR.
train_dataloader = dict(
    batch_size=1,
    num_workers=4,
    sampler=dict(type='ResumableInfiniteSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        frame_sampler=dict(type='MUTRFrameSampler', num_frames=5),
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadClipMasks'),
            dict(type='LoadInstanceMasks'),
            dict(type='NormalizeExpression'),
            dict(type='RandomFlipClip', prob=0.5),
            dict(type='PhotometricDistortClip'),
            dict(
                type='RandomSelectTransforms',
                first=[
                    dict(
                        type='RandomResizeClip',
                        short_sides=[288, 320, 352, 392, 416, 448, 480, 512],
                        max_long_side=640,
                    ),
                ],
                second=[
                    dict(type='RandomResizeClip', short_sides=[400, 500, 600]),
                    dict(type='RandomCropClip', min_size=384, max_size=600),
                    dict(
                        type='RandomResizeClip',
                        short_sides=[288, 320, 352, 392, 416, 448, 480, 512],
                        max_long_side=640,
                    ),
                ],
            ),
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
            dict(type='LoadResizedFrames', short_side=360, max_long_side=640),
            dict(type='LoadInstanceMasks'),
            dict(type='NormalizeExpression'),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
