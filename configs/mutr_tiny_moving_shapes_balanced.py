# The last part of the training of the shipped MUTR: rare kinds of motion as often as frequent ones.
# Command: tools/train.py configs/mutr_tiny_moving_shapes_balanced.py --amp
# Hardware: one CPU core, about ten minutes.
# J&F on valid_u of MovingShapes: see model_zoo.md.
# tools/train.py configs/mutr_tiny_moving_shapes_balanced_64x96.py --amp
# tools/train.py configs/mutr_tiny_moving_shapes_balanced.py --amp
_base_ = ['mutr_tiny_moving_shapes.py']
train_dataloader = dict(dataset=dict(balance='about'))
train_cfg = dict(max_iters=200, val_interval=200)
param_scheduler = [
    dict(type='CosineAnnealingLR', by_epoch=False, begin=0, end=200, eta_min=1e-5),
]
load_from = 'work_dirs/mutr_tiny_moving_shapes_balanced_64x96/iter_700.pth'
