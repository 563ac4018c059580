# MUTR with Swin-L on the images of RefCOCO, RefCOCO+ and RefCOCOg alone, one frame per clip: the
# pre-training of ReferFormer, after which a model is fine-tuned on videos.
# Command: tools/train.py configs/mutr_swinl_image_pretrain.py
# Hardware: eight GPUs of 80 GB (tools/dist_train.sh); not run.
# cIoU, mIoU and P@X on RefCOCO (images have no J&F): ours: not run.
_base_ = [
    '_base_/models/mutr_swinl.py',
    '_base_/datasets/refcoco_all.py',
    '_base_/schedules/mutr_joint.py',
    '_base_/default_runtime.py',
]
# ImageNet-22K weights of Swin's authors; docs/guides/assets.md has their address.
model = dict(
    backbone=dict(
        convert_weights=True,
        init_cfg=dict(
            type='Pretrained', checkpoint='data/weights/swin_large_patch4_window7_224_22k.pth'
        ),
    ),
)
train_dataloader = dict(
    batch_size=2,
    dataset=dict(
        datasets=[
            dict(
                part,
                pipeline=[
                    dict(step, num_frames=1) if step.type == 'ImageToPseudoClip' else step
                    for step in part.pipeline
                ],
            )
            for part in _base_.train_dataloader.dataset.datasets
        ],
    ),
)
# 12 epochs of about 321,000 sentences in batches of 16.
train_cfg = dict(max_iters=240000, val_interval=20000)
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.5)}))
param_scheduler = [
    dict(type='MultiStepLR', by_epoch=False, milestones=[160000, 200000], gamma=0.1),
]
default_hooks = dict(checkpoint=dict(save_best='cIoU'))
val_evaluator = dict(_delete_=True, type='RefImageSegMetric')
test_evaluator = val_evaluator
