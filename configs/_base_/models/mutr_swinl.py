# MUTR with Swin-L instead of the ResNet.
_base_ = ['mutr.py']
model = dict(
    backbone=dict(
        _delete_=True,
        type='mmdet.SwinTransformer',
        embed_dims=192,
        depths=(2, 2, 18, 2),
        num_heads=(6, 12, 24, 48),
        window_size=7,
        drop_path_rate=0.3,
    ),
    backbone_channels=[192, 384, 768, 1536],
)
