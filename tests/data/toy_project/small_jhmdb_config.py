# The shipped training on A2D-Sentences and test on JHMDB-Sentences, with a small model.
_base_ = ['../../../configs/mutr_r50_jhmdb.py']
model = dict(
    backbone=dict(depth=18, base_channels=8, frozen_stages=-1),
    backbone_channels=[8, 16, 32, 64],
    text_encoder=dict(_delete_=True, type='WordTextEncoder', embed_dims=16),
    embed_dims=32,
    num_heads=2,
    feedforward_dims=32,
    mask_dims=16,
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
train_dataloader = dict(
    num_workers=0,
    dataset=dict(
        pipeline=[
            *_base_.train_dataloader.dataset.pipeline[:-2],
            dict(type='ResizeClip', short_side=32),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
val_dataloader = small_frames
test_dataloader = small_frames
train_cfg = dict(max_iters=3, val_interval=3)
default_hooks = dict(
    logger=dict(interval=1),
    checkpoint=dict(interval=3),
)
load_from = None
