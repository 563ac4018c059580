# Chooses among the tracks of any tracker by how they move: needs no frames and no data.
# Command: tools/train.py configs/track_selector_trajectory.py
# Hardware: one CPU core and one for the data.
# J&F: none, since it needs no dataset; for its accuracy see model_zoo.md.
_base_ = ['_base_/default_runtime.py', '_base_/models/track_selector.py']
train_dataloader = dict(
    batch_size=12,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='ResumableInfiniteSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(type='MotionTracksDataset', length=12000, num_expressions=6),
)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=4500)
val_cfg = None
val_evaluator = None
test_cfg = None
test_evaluator = None
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1.5e-3, weight_decay=1e-3),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, by_epoch=False, begin=0, end=200),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=200, end=4500, eta_min=1e-5),
]
default_hooks = dict(checkpoint=dict(interval=500))
