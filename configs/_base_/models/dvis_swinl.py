# DVIS with Swin-L instead of the ResNet.
_base_ = ['dvis_r50.py']
model = dict(
    segmenter=dict(
        backbone=dict(
            _delete_=True,
            type='mmdet.SwinTransformer',
            pretrain_img_size=384,
            embed_dims=192,
            depths=(2, 2, 18, 2),
            num_heads=(6, 12, 24, 48),
            window_size=12,
            drop_path_rate=0.3,
        ),
        backbone_channels=[192, 384, 768, 1536],
        num_queries=200,
    ),
)
