# A small MinVIS on MovingShapes: trains on one CPU core, needs no download.
# Command: tools/train.py configs/dvis_tiny_moving_shapes_minvis.py
# Hardware: one CPU core, 36 minutes.
# AP and instance recall on valid_u of MovingShapes: see model_zoo.md.
# tools/make_moving_shapes.py data/moving_shapes --train 3000 --valid-u 100 --youtube-vis
_base_ = ['_base_/datasets/moving_shapes_instances.py']
model = dict(
    type='DVIS',
    segmenter=dict(
        backbone=dict(
            type='mmdet.ResNet',
            depth=18,
            base_channels=24,
            deep_stem=True,
            norm_cfg=dict(type='GN', num_groups=4),
            norm_eval=False,
        ),
        backbone_channels=[24, 48, 96, 192],
        num_queries=12,
        head=dict(
            mask_dims=64,
            num_heads=4,
            encoder_layers=2,
            encoder_feedforward_dims=128,
            decoder_layers=3,
            feedforward_dims=256,
        ),
    ),
    tracker=dict(type='QueryMatcher'),
    refiner=dict(type='NoTemporalRefiner'),
    data_preprocessor=dict(type='RefVidSegDataPreprocessor', pad_size_divisor=32),
    num_classes=6,
    embed_dims=64,
    # Not as in the official figures: ten different masks rather than ten pairs of mask and class.
    distinct_queries=True,
    num_instances=20,
    num_points=512,
)
train_dataloader = dict(batch_size=8)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=8000, val_interval=2000)
optim_wrapper = dict(
    type='OptimWrapper',
    constructor='SparedDecayConstructor',
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.05),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=100),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=4000, end=8000, eta_min=2e-5),
]
default_hooks = dict(checkpoint=dict(interval=500))
