# MUTR with a ResNet-50 and RoBERTa base, as its released models.
model = dict(
    type='MUTR',
    backbone=dict(
        type='mmdet.ResNet',
        depth=50,
        out_indices=(0, 1, 2, 3),
        frozen_stages=1,
        norm_cfg=dict(type='mevis.FrozenBatchNorm2d'),
        norm_eval=False,
        style='pytorch',
    ),
    backbone_channels=[256, 512, 1024, 2048],
    text_encoder=dict(type='HFTextEncoder', name_or_path='roberta-base'),
    query_initializer=dict(type='RandomQueryInitializer'),
    refiner=dict(type='IdentityRefiner'),
    data_preprocessor=dict(type='RefVidSegDataPreprocessor', pad_size_divisor=32),
    criterion=dict(
        assigner=dict(type='SequenceHungarianAssigner'),
        weights=dict(loss_class=2.0, loss_bbox=5.0, loss_giou=2.0, loss_mask=2.0, loss_dice=5.0),
    ),
)
