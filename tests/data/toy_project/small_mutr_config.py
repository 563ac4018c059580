# A MUTR of a few hundred thousand weights, whole: every part of the large one is in it.
_base_ = ['toy_engine.py', '../../../configs/_base_/models/mutr.py']
model = dict(
    backbone=dict(depth=18, base_channels=8, frozen_stages=-1),
    backbone_channels=[8, 16, 32, 64],
    text_encoder=dict(_delete_=True, type='WordTextEncoder'),
    embed_dims=32,
    num_heads=2,
    feedforward_dims=64,
)
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'text_encoder': dict(lr_mult=0.1)}))
