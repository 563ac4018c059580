# MUTR with Swin-T instead of the ResNet.
_base_ = ['mutr.py']
model = dict(
    backbone=dict(
        _delete_=True,
        type='mmdet.SwinTransformer',
        embed_dims=96,
        depths=(2, 2, 6, 2),
        num_heads=(3, 6, 12, 24),
        window_size=7,
        drop_path_rate=0.2,
    ),
    backbone_channels=[96, 192, 384, 768],
)
