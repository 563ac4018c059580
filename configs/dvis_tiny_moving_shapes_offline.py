# A small DVIS offline on MovingShapes: a refiner of whole videos on top of the frozen online model.
# Command: tools/train.py configs/dvis_tiny_moving_shapes_offline.py \
#   --cfg-options load_from=work_dirs/dvis_tiny_moving_shapes_online/iter_5000.pth
# Hardware: one CPU core, 23 minutes.
# AP and instance recall on valid_u of MovingShapes: see model_zoo.md.
_base_ = ['dvis_tiny_moving_shapes_online.py']
model = dict(
    refiner=dict(
        type='TemporalRefiner',
        mask_dims=64,
        num_layers=3,
        num_heads=4,
        feedforward_dims=256,
    ),
)
train_dataloader = dict(
    batch_size=2,
    dataset=dict(
        frame_sampler=dict(num_frames=16),
        pipeline=[
            dict(type='RandomReverseClip', prob=0.5),
            *_base_.train_dataloader.dataset.pipeline,
        ],
    ),
)
train_cfg = dict(max_iters=3000, val_interval=500)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=100),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=1500, end=3000, eta_min=1e-5),
]
