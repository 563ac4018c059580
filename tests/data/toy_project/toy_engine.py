# The framework's data, hooks and engine around any small model: training alone.
_base_ = ['../../../configs/_base_/default_runtime.py']
custom_imports = dict(imports=['toy_segmentor', 'killer_hook'])
train_dataloader = dict(
    batch_size=2,
    num_workers=0,
    sampler=dict(type='ResumableInfiniteSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        type='MeViSDataset',
        data_root='data/tiny',
        split='train',
        frame_sampler=dict(type='LocalFrameSampler', num_frames=2),
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadClipMasks'),
            dict(type='RandomFlipClip', prob=0.5),
            dict(type='PhotometricDistortClip'),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=12)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=0.01, weight_decay=5e-4),
    accumulative_counts=3,
    clip_grad=dict(max_norm=0.1, norm_type=2),
    paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}),
)
param_scheduler = [dict(type='MultiStepLR', by_epoch=False, milestones=[6], gamma=0.1)]
default_hooks = dict(
    logger=dict(type='LoggerHook', interval=1, log_metric_by_epoch=False),
    checkpoint=dict(type='ResumableCheckpointHook', interval=2, save_best=None, rule=None),
    ema=dict(type='EMAHook'),
)
log_processor = dict(window_size=3)
visualizer = dict(type='Visualizer')
val_cfg = None
val_evaluator = None
test_cfg = None
test_evaluator = None
