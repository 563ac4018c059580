# The recipe of the paper on MeViS: AdamW, batch 1, two iterations per step, 5 frames per clip.
train_cfg = dict(
    type='IterBasedTrainLoop',
    max_iters=120000,
    val_begin=20000,
    val_interval=20000,
)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1e-4, weight_decay=5e-4),
    accumulative_counts=2,
    clip_grad=dict(max_norm=0.1, norm_type=2),
    # Keys match parts of parameter names, the longest first.
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=0.06),
            'text_encoder': dict(lr_mult=0.1),
        },
    ),
)
param_scheduler = [
    dict(
        type='MultiStepLR',
        by_epoch=False,
        milestones=[72000, 96000],
        gamma=0.1,
    ),
]
