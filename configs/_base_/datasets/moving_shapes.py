# MovingShapes, the procedural MeViS, at 96 x 144: tools/make_moving_shapes.py data/moving_shapes
_base_ = ['ref_vid_seg.py']
train_dataloader = dict(
    batch_size=4,
    num_workers=1,
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
            # Sentences name colours and directions, so hue and channels stay as they are.
            dict(type='PhotometricDistortClip', hue_delta=0.0, swap_channels=False),
            dict(type='ResizeClip', short_side=96),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    num_workers=1,
    dataset=dict(
        type='MeViSDataset',
        data_root='data/moving_shapes',
        split='valid_u',
        pipeline=[
            dict(type='LoadResizedFrames', short_side=96, max_long_side=144),
            *_base_.val_dataloader.dataset.pipeline[1:],
        ],
    ),
)
test_dataloader = val_dataloader
