# Everything that is neither model, data nor schedule.
default_scope = 'mevis'
env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)
randomness = dict(seed=0, deterministic=False)
# Hooks by name, so that one can be changed or added on its own:
# --cfg-options default_hooks.ema.type=EMAHook default_hooks.visualization.draw=True
default_hooks = dict(
    runtime_info=dict(type='RuntimeInfoHook'),
    timer=dict(type='IterTimerHook'),
    finite_loss=dict(type='FiniteLossHook'),
    freed_memory=dict(type='FreedMemoryHook'),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(
        type='ResumableCheckpointHook',
        interval=1000,
        max_keep_ckpts=2,
        save_best='J&F',
        rule='greater',
    ),
    iteration_seed=dict(type='IterationSeedHook'),
    plain_checkpoint=dict(type='PlainCheckpointHook'),
    progress=dict(type='ProgressHook'),
    visualization=dict(type='RefVidSegVisualizationHook', draw=False),
)
log_processor = dict(by_epoch=False, window_size=50)
# Beside the files: --cfg-options visualizer.vis_backends.1.type=TensorboardVisBackend
# (or WandbVisBackend, MLflowVisBackend).
visualizer = dict(
    type='RefVidSegVisualizer',
    vis_backends=[dict(type='LocalVisBackend')],
)
# Parts of pretrained text encoders, such as RoBERTa's pooler, never get a gradient.
find_unused_parameters = True
# The tools tell metrics which dataset and split they score.
val_cfg = dict(type='ValLoop')
val_evaluator = dict(type='RefVidSegMetric')
test_cfg = dict(type='TestLoop')
test_evaluator = dict(type='RefVidSegMetric')
