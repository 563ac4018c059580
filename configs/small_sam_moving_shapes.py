# A small SAM on MovingShapes: refines coarse masks of painted shapes. Trains on one CPU core.
# Command: tools/train.py configs/small_sam_moving_shapes.py
# Hardware: one CPU core, 10 minutes.
# J&F of MUTR's masks before and after: see model_zoo.md; tools/test.py
# refines degraded ground-truth masks.
# tools/make_moving_shapes.py data/moving_shapes --train 3000 --valid-u 100 --youtube-vis
_base_ = ['_base_/datasets/moving_shapes_instances.py']
model = dict(
    type='SmallSAM',
    data_preprocessor=dict(type='RefVidSegDataPreprocessor', pad_size_divisor=1),
    image_size=128,
    embed_dims=48,
    num_heads=4,
    num_layers=2,
    num_inside=10,
    num_outside=5,
    masks_per_image=3,
    union_share=0.3,
)
train_dataloader = dict(
    batch_size=12,
    dataset=dict(
        frame_sampler=dict(_delete_=True, type='GlobalFrameSampler', num_frames=1),
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadClipInstances'),
            dict(type='RandomFlipClip', prob=0.5),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='MeViSDataset',
        data_root='data/moving_shapes',
        split='valid_u',
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=[dict(type='LoadClipFrames'), dict(type='PackRefVidSegInputs')],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(_delete_=True, type='RefVidSegMetric')
test_evaluator = val_evaluator
train_cfg = dict(type='IterBasedTrainLoop', max_iters=1200, val_interval=1200)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-2),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=50, end=1200, eta_min=1e-5),
]
default_hooks = dict(checkpoint=dict(interval=200, save_best='J&F'))
