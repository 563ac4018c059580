# MUTR with Video-Swin-B on MeViS; clips of 5 frames, neighbours of a random centre frame.
# Command: tools/train.py configs/mutr_videoswinb_local.py
# Hardware: one GPU of 80 GB (or 40 GB with --amp).
# J&F on valid_u: paper: see model_zoo.md; ours: not run.
_base_ = [
    '_base_/models/mutr_videoswinb.py',
    '_base_/datasets/mevis.py',
    '_base_/schedules/mevis_finetune.py',
    '_base_/default_runtime.py',
]
train_dataloader = dict(
    dataset=dict(frame_sampler=dict(_delete_=True, type='LocalFrameSampler', num_frames=5)),
)
# The released MUTR, from which the paper fine-tunes; docs/guides/assets.md has its address.
load_from = 'data/weights/mutr_videoswinb.pth'
