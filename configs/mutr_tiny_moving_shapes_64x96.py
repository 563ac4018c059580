# The first part of the training of mutr_tiny_moving_shapes.py: small frames, large batches.
# Command: tools/train.py configs/mutr_tiny_moving_shapes_64x96.py
# Hardware: one CPU core, about two hours with the second part.
# J&F on valid_u of MovingShapes: see model_zoo.md.
# tools/train.py configs/mutr_tiny_moving_shapes_64x96.py --work-dir work_dirs/tiny_64x96
_base_ = ['mutr_tiny_moving_shapes.py']
train_dataloader = dict(
    batch_size=16,
    dataset=dict(
        pipeline=[
            *_base_.train_dataloader.dataset.pipeline[:-2],  # all but resizing and packing
            dict(type='ResizeClip', short_side=64),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadResizedFrames', short_side=64, max_long_side=96),
            *_base_.val_dataloader.dataset.pipeline[1:],
        ],
    ),
)
test_dataloader = val_dataloader
train_cfg = dict(max_iters=6000, val_interval=6000)
optim_wrapper = dict(optimizer=dict(lr=8e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=200),
]
load_from = None
