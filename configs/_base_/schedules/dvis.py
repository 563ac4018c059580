# The recipe of DVIS online and offline; MinVIS takes half as long.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=40000, val_interval=5000)
optim_wrapper = dict(
    type='OptimWrapper',
    constructor='SparedDecayConstructor',  # norms and embeddings do not decay
    optimizer=dict(type='AdamW', lr=1e-4, weight_decay=0.05),
    clip_grad=dict(max_norm=0.01, norm_type=2),
    paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}),
)
param_scheduler = [
    dict(type='MultiStepLR', by_epoch=False, milestones=[28000], gamma=0.1),
]
