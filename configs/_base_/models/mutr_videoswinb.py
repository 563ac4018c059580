# MUTR with Video-Swin-B, which sees a few frames at once; it states its channels itself.
_base_ = ['mutr.py']
model = dict(
    backbone=dict(
        _delete_=True,
        type='VideoSwinTransformer',
        embed_dims=128,
        depths=(2, 2, 18, 2),
        num_heads=(4, 8, 16, 32),
    ),
    backbone_channels=(),
)
