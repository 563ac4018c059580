# A small time-aware MUTR on MovingShapes: trains on one CPU core, needs no download.
# Command: tools/train.py configs/mutr_tiny_moving_shapes.py
# Hardware: one CPU core, about two hours with its first part.
# J&F on valid_u of MovingShapes: see model_zoo.md.
# tools/make_moving_shapes.py data/moving_shapes --train 3000 --valid-u 100
# tools/train.py configs/mutr_tiny_moving_shapes_64x96.py --work-dir work_dirs/tiny_64x96
# tools/train.py configs/mutr_tiny_moving_shapes.py
#     --cfg-options load_from=work_dirs/tiny_64x96/iter_6000.pth
# Without that, as in a config that inherits from this one, it starts from the shipped weights.
_base_ = [
    '_base_/default_runtime.py',
    '_base_/datasets/moving_shapes.py',
    '_base_/models/mutr.py',
]
model = dict(
    backbone=dict(_delete_=True, type='MotionConvBackbone', temporal_stages=(0, 1, 2, 3)),
    backbone_channels=None,
    text_encoder=dict(_delete_=True, type='WordTextEncoder', embed_dims=64),
    criterion=dict(
        # The losses are divided by the number of frames: here a clip counts like a batch of one.
        weights=dict(loss_class=1.0, loss_bbox=2.0, loss_giou=1.0, loss_mask=120.0, loss_dice=12.0),
    ),
    embed_dims=64,
    num_queries=2,
    num_heads=4,
    feedforward_dims=256,
    transformer=dict(num_encoder_layers=1, num_decoder_layers=2),
    temporal_interaction=dict(num_encoder_layers=1, num_decoder_layers=2, dropout=0.0),
    mask_dims=16,
    coordinate_scale=0.02,
    dropout=0.0,
    word_dropout=0.0,
    temporal_position=True,
    eval_layer='last',
    # A test clip spans the video at the spacing of a training clip.
    clip_length=6,
)
train_dataloader = dict(batch_size=8, persistent_workers=True)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=900, val_interval=900)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=3e-4, weight_decay=1e-3),
    clip_grad=dict(max_norm=5.0, norm_type=2),
)
param_scheduler = [
    dict(type='CosineAnnealingLR', by_epoch=False, begin=0, end=900, eta_min=1e-5),
]
load_from = 'mevis::weights/mutr_tiny_moving_shapes.safetensors'
