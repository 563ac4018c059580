# MinVIS: Mask2Former on frames, whose queries are matched from frame to frame;
# a ResNet-50, YouTube-VIS 2019.
# Command: tools/train.py configs/dvis_r50_minvis.py --amp
# Hardware: eight GPUs with train_dataloader.batch_size=1; memory not measured.
# The official training starts from Mask2Former on COCO (load_from) and mixes COCO in; not so here.
# AP on YouTube-VIS 2019 valid: ours: not run.
_base_ = [
    '_base_/models/dvis_r50.py',
    '_base_/datasets/youtube_vis.py',
    '_base_/schedules/dvis.py',
]
train_cfg = dict(max_iters=20000)
param_scheduler = [
    dict(type='MultiStepLR', by_epoch=False, milestones=[14000], gamma=0.1),
]
