# A small DVIS online on MovingShapes: a tracker on top of the frozen small MinVIS.
# Command: tools/train.py configs/dvis_tiny_moving_shapes_online.py \
#   --cfg-options load_from=work_dirs/dvis_tiny_moving_shapes_minvis/iter_8000.pth
# Hardware: one CPU core, 46 minutes.
# AP and instance recall on valid_u of MovingShapes: see model_zoo.md.
_base_ = ['dvis_tiny_moving_shapes_minvis.py']
model = dict(
    tracker=dict(
        type='ReferringTracker',
        mask_dims=64,
        num_layers=3,
        num_heads=4,
        feedforward_dims=256,
        matching='textbook',
    ),
)
train_dataloader = dict(
    batch_size=3,
    dataset=dict(frame_sampler=dict(num_frames=12)),
)
train_cfg = dict(max_iters=5000, val_interval=1000)
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=100),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=2500, end=5000, eta_min=1e-5),
]
