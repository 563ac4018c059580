# The shipped joint training with a small model and small frames, tested on images of RefCOCO.
_base_ = ['../../../configs/mutr_r50_joint.py']
model = dict(
    backbone=dict(depth=18, base_channels=8, frozen_stages=-1, init_cfg=None),
    backbone_channels=[8, 16, 32, 64],
    text_encoder=dict(_delete_=True, type='WordTextEncoder', embed_dims=16),
    embed_dims=32,
    num_heads=2,
    feedforward_dims=32,
    mask_dims=16,
)
train_dataloader = dict(
    num_workers=0,
    dataset=dict(
        datasets=[
            dict(
                part,
                pipeline=[
                    *part.pipeline[:-2],
                    dict(type='ResizeClip', short_side=32),
                    dict(type='RandomCropClip', min_size=32, max_size=32),
                    dict(type='PackRefVidSegInputs'),
                ],
            )
            for part in _base_.train_dataloader.dataset.datasets
        ],
    ),
)
small_frames = dict(
    num_workers=0,
    dataset=dict(
        pipeline=[
            dict(type='LoadResizedFrames', short_side=32),
            *_base_.val_dataloader.dataset.pipeline[1:],
        ],
    ),
)
val_dataloader = small_frames
test_dataloader = dict(
    num_workers=0,
    dataset=dict(
        type='RefCOCODataset',
        data_root='data/coco',
        name='refcoco+',
        split='val',
        pipeline=small_frames['dataset']['pipeline'],
    ),
)
test_evaluator = dict(_delete_=True, type='RefImageSegMetric')
train_cfg = dict(max_iters=4, val_interval=4)
default_hooks = dict(
    logger=dict(interval=1),
    checkpoint=dict(interval=4),
)
