# The toy model with validation and test.
_base_ = ['toy_config.py']
val_dataloader = dict(
    batch_size=1,
    num_workers=0,
    sampler=dict(type='CostBalancedSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        type='MeViSDataset',
        data_root='data/tiny',
        split='train',
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=[dict(type='LoadClipFrames'), dict(type='PackRefVidSegInputs')],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(_delete_=True, type='RefVidSegMetric')
test_evaluator = val_evaluator
train_cfg = dict(val_begin=4, val_interval=4)
val_cfg = dict(_delete_=True, type='ValLoop')
test_cfg = dict(_delete_=True, type='TestLoop')
