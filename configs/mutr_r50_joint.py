# MUTR with ResNet-50, trained jointly on RefCOCO, RefCOCO+, RefCOCOg and Ref-YouTube-VOS.
# Command: tools/train.py configs/mutr_r50_joint.py
# Hardware: eight GPUs of 24 GB (tools/dist_train.sh); not run.
# J&F on Ref-DAVIS17, four annotators: MUTR reports 65.3; ours: not run.
_base_ = [
    '_base_/models/mutr.py',
    '_base_/datasets/joint.py',
    '_base_/schedules/mutr_joint.py',
    '_base_/default_runtime.py',
]
# ImageNet weights of torchvision; docs/guides/assets.md has their address.
model = dict(
    backbone=dict(init_cfg=dict(type='Pretrained', checkpoint='data/weights/resnet50.pth')),
)
