# Chooses among instance tracks on MeViS by trajectories, Swin-L features under the masks and words.
# Command: tools/train.py configs/track_selector_swinl.py
# Hardware: one GPU of 80 GB.
# J&F on valid_u: not run.
# Tracks of both splits by tools/extract_instance_masks.py first, into data/mevis/tracks/<split>.
_base_ = [
    '_base_/models/track_selector.py',
    '_base_/datasets/mevis.py',
    '_base_/schedules/mevis_finetune.py',
    '_base_/default_runtime.py',
]
model = dict(
    text_encoder=dict(_delete_=True, type='HFTextEncoder', name_or_path='roberta-base'),
    appearance=dict(
        type='MaskPooledAppearance',
        backbone=dict(
            type='mmdet.SwinTransformer',
            embed_dims=192,
            depths=(2, 2, 18, 2),
            num_heads=(6, 12, 24, 48),
            window_size=7,
            drop_path_rate=0.3,
        ),
        in_channels=[192, 384, 768, 1536],
        levels=[0, 1, 2, 3],
        num_frames=16,
    ),
    embed_dims=256,
    num_steps=32,
    num_encoder_layers=3,
    num_decoder_layers=3,
    num_heads=8,
    feedforward_dims=1024,
)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='TrackChoiceDataset',
        data_root='data/mevis',
        split='train',
        instance_masks_dir='data/mevis/tracks/train',
        num_expressions=8,
        frame_sampler=dict(type='GlobalFrameSampler', num_frames=6),
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadInstanceMasks', max_instances=20),
            dict(type='MatchTracks'),
            dict(type='NormalizeExpression'),
            dict(type='RandomFlipClip', prob=0.5),
            dict(type='PhotometricDistortClip'),
            dict(
                type='RandomResizeClip',
                short_sides=[288, 320, 352, 392, 416, 448, 480, 512],
                max_long_side=640,
            ),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        instance_masks_dir='data/mevis/tracks/valid_u',
        pipeline=[
            dict(type='LoadResizedFrames', short_side=360, max_long_side=640),
            dict(type='LoadInstanceMasks', max_instances=20),
            dict(type='NormalizeExpression'),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
optim_wrapper = dict(accumulative_counts=1)
train_cfg = dict(max_iters=40000, val_begin=10000, val_interval=10000)
param_scheduler = [
    dict(type='MultiStepLR', by_epoch=False, milestones=[24000, 32000], gamma=0.1),
]
