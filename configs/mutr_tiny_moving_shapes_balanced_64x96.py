# The third part of the training of the shipped MUTR: rare kinds of motion as often as frequent
# ones, on small frames.
# Command: tools/train.py configs/mutr_tiny_moving_shapes_balanced_64x96.py --amp
# Hardware: one CPU core, about twenty minutes.
# J&F on valid_u of MovingShapes: see model_zoo.md.
_base_ = ['mutr_tiny_moving_shapes_64x96.py']
train_dataloader = dict(dataset=dict(balance='about'))
train_cfg = dict(max_iters=700, val_interval=700)
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=50),
]
load_from = 'work_dirs/mutr_tiny_moving_shapes/iter_900.pth'
