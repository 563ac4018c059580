# MUTR with ResNet-50 on MeViS; clips of 5 frames, neighbours of a random centre frame.
# Command: tools/train.py configs/mutr_r50_local.py
# Hardware: one GPU of 24 GB.
# J&F on valid_u: paper: not in the paper; ours: not run.
_base_ = [
    '_base_/models/mutr.py',
    '_base_/datasets/mevis.py',
    '_base_/schedules/mevis_finetune.py',
    '_base_/default_runtime.py',
]
train_dataloader = dict(
    dataset=dict(frame_sampler=dict(_delete_=True, type='LocalFrameSampler', num_frames=5)),
)
# The released MUTR, from which the paper fine-tunes; docs/guides/assets.md has its address.
load_from = 'data/weights/mutr_r50.pth'
