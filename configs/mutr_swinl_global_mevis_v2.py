# MUTR with Swin-L on MeViS v2, sentences without a target included; frames as in mutr_swinl_global.
# Command: tools/train.py configs/mutr_swinl_global_mevis_v2.py
# Hardware: one GPU of 80 GB (or 40 GB with --amp).
# J&F, N-acc and T-acc on valid_u: not run.
# It says "nothing" below model.presence_threshold: choose it by tools/analysis/choose_threshold.py.
_base_ = [
    '_base_/models/mutr_swinl.py',
    '_base_/datasets/mevis_v2.py',
    '_base_/schedules/mevis_finetune.py',
    '_base_/default_runtime.py',
]
train_dataloader = dict(
    dataset=dict(frame_sampler=dict(_delete_=True, type='GlobalFrameSampler', num_frames=5)),
)
