# DVIS online: a tracker on top of the frozen MinVIS;
# Swin-L, YouTube-VIS 2019.
# Command: tools/train.py configs/dvis_swinl_online.py --amp \
#   --cfg-options load_from=work_dirs/dvis_swinl_minvis/iter_20000.pth
# Hardware: eight GPUs with train_dataloader.batch_size=1; memory not measured.
# AP on YouTube-VIS 2019 valid: ours: not run.
_base_ = [
    '_base_/models/dvis_swinl.py',
    '_base_/datasets/youtube_vis_480p.py',
    '_base_/schedules/dvis.py',
]
model = dict(tracker=dict(type='ReferringTracker'))
train_dataloader = dict(dataset=dict(frame_sampler=dict(num_frames=5)))
