# MUTR with ResNet-50 on A2D-Sentences: single annotated frames, after the released weights.
# Command: tools/train.py configs/mutr_r50_a2d.py
# Hardware: eight GPUs of 24 GB (tools/dist_train.sh); not run.
# mAP, mIoU and cIoU on test (images have no J&F): not in the paper; ours: not run.
_base_ = [
    '_base_/models/mutr.py',
    '_base_/datasets/a2d_sentences.py',
    '_base_/schedules/mutr_joint.py',
    '_base_/default_runtime.py',
]
model = dict(keep_candidates=True)  # mAP is about all queries
train_dataloader = dict(batch_size=2)
# ReferFormer's six epochs, the rate falling after three and five, in batches of 16; of about 16,000
# sentences, an estimate: tools/check_dataset.py counts them.
train_cfg = dict(max_iters=6000, val_interval=1000)
param_scheduler = [
    dict(type='MultiStepLR', by_epoch=False, milestones=[3000, 5000], gamma=0.1),
]
default_hooks = dict(checkpoint=dict(save_best='mAP'))
val_evaluator = [dict(type='RefImageSegMetric'), dict(type='ImageAPMetric')]
test_evaluator = val_evaluator
# The released MUTR; docs/guides/assets.md has its address.
load_from = 'data/weights/mutr_r50.pth'
