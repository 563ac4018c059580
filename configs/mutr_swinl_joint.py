# MUTR with Swin-L, trained jointly on RefCOCO, RefCOCO+, RefCOCOg and Ref-YouTube-VOS: what the
# released weights come from, with which the fine-tuning on MeViS starts.
# Command: tools/train.py configs/mutr_swinl_joint.py
# Hardware: eight GPUs of 80 GB (tools/dist_train.sh); not run.
# J&F on Ref-DAVIS17, four annotators: MUTR reports 68.0; ours: not run.
_base_ = [
    '_base_/models/mutr_swinl.py',
    '_base_/datasets/joint.py',
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
