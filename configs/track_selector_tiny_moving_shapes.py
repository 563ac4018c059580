# A small selector on MovingShapes with looks: chooses among the tracks of the small MinVIS.
# Command: tools/train.py configs/track_selector_tiny_moving_shapes.py
# Hardware: one CPU core.
# J&F on valid_u of MovingShapes: see model_zoo.md.
# tools/make_moving_shapes.py data/moving_shapes --train 3000 --valid-u 100
# for split in train valid_u: tools/extract_instance_masks.py
#     configs/dvis_tiny_moving_shapes_minvis.py weights/dvis_tiny_moving_shapes_minvis.safetensors
#     --split $split --out data/moving_shapes/tracks/$split
_base_ = [
    '_base_/default_runtime.py',
    '_base_/datasets/moving_shapes.py',
    '_base_/models/track_selector.py',
]
model = dict(
    text_encoder=dict(
        more_words=(
            'red green blue yellow orange purple cyan white circle circles square squares triangle'
            ' triangles star stars cross crosses heart hearts plain striped dotted checkered small'
            ' large following follows goes after behind overtaking overtakes passes ahead'
        ),
    ),
    appearance=dict(_delete_=True, type='CroppedAppearance', num_frames=6),
)
train_dataloader = dict(
    batch_size=8,
    persistent_workers=True,
    dataset=dict(
        _delete_=True,
        type='TrackChoiceDataset',
        data_root='data/moving_shapes',
        split='train',
        instance_masks_dir='data/moving_shapes/tracks/train',
        num_expressions=6,
        frame_sampler=dict(type='GlobalFrameSampler', num_frames=3),
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadInstanceMasks'),
            dict(type='MatchTracks'),
            dict(type='NormalizeExpression'),
            dict(type='RandomFlipClip', prob=0.5),
            dict(type='ResizeClip', short_side=96),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(instance_masks_dir='data/moving_shapes/tracks/valid_u'),
)
test_dataloader = dict(
    dataset=dict(instance_masks_dir='data/moving_shapes/tracks/valid_u'),
)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=6000, val_interval=1500)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=1e-3),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, by_epoch=False, begin=0, end=100),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=100, end=6000, eta_min=1e-5),
]
load_from = 'mevis::weights/track_selector_trajectory.safetensors'
