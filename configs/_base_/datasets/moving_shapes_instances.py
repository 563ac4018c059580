# The objects of MovingShapes at 96 x 144; their categories are the shapes.
# tools/make_moving_shapes.py data/moving_shapes --youtube-vis
_base_ = ['instances.py']
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    dataset=dict(
        type='YouTubeVISDataset',
        data_root='data/moving_shapes',
        split='train',
        ann_file='{split}/instances.json',
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
    num_workers=1,
    dataset=dict(
        type='YouTubeVISDataset',
        data_root='data/moving_shapes',
        split='valid_u',
        ann_file='{split}/instances.json',
        pipeline=[
            dict(type='LoadResizedFrames', short_side=96, max_long_side=144),
            *_base_.val_dataloader.dataset.pipeline[1:],
        ],
    ),
)
test_dataloader = val_dataloader
default_hooks = dict(checkpoint=dict(save_best='instance_recall@10'))
