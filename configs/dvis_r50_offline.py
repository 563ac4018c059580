# DVIS offline: a refiner of whole videos on top of the frozen DVIS online;
# a ResNet-50, YouTube-VIS 2019.
# Command: tools/train.py configs/dvis_r50_offline.py --amp \
#   --cfg-options load_from=work_dirs/dvis_r50_online/iter_40000.pth
# Hardware: eight GPUs with train_dataloader.batch_size=1; memory not measured.
# AP on YouTube-VIS 2019 valid: ours: not run.
_base_ = [
    '_base_/models/dvis_r50.py',
    '_base_/datasets/youtube_vis.py',
    '_base_/schedules/dvis.py',
]
model = dict(
    tracker=dict(type='ReferringTracker'),
    refiner=dict(type='TemporalRefiner'),
)
train_dataloader = dict(
    dataset=dict(
        frame_sampler=dict(num_frames=21),
        pipeline=[
            dict(type='RandomReverseClip', prob=0.5),
            *_base_.train_dataloader.dataset.pipeline,
        ],
    ),
)
