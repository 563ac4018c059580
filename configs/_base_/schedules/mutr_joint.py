# The joint training of MUTR: 12 epochs of about 400,000 clips in batches of 16 (eight GPUs, two
# clips each), the rate falling after 8 and 10.
train_cfg = dict(
    type='IterBasedTrainLoop',
    max_iters=300000,
    val_interval=25000,
)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1e-4, weight_decay=5e-4),
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
        milestones=[200000, 250000],
        gamma=0.1,
    ),
]
