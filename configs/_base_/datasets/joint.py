# The joint training of MUTR: pseudo-clips of the images of RefCOCO, RefCOCO+ and RefCOCOg, and
# clips of Ref-YouTube-VOS.  Validation is on Ref-DAVIS17, each sentence on its own; it is tested on
# Ref-YouTube-VOS, which has no public masks.
_base_ = ['refcoco_all.py']
train_dataloader = dict(
    batch_size=2,
    dataset=dict(
        datasets=[
            *_base_.train_dataloader.dataset.datasets,
            dict(
                type='RefYouTubeVOSDataset',
                data_root='data/ref-youtube-vos',
                split='train',
                centre_stride=5,
                frame_sampler=dict(type='MUTRFrameSampler', num_frames=5),
                pipeline=[
                    dict(type='LoadClipFrames'),
                    dict(type='LoadClipMasks'),
                    dict(type='NormalizeExpression'),
                    *_base_.train_dataloader.dataset.datasets[0].pipeline[4:],
                ],
            ),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='RefDAVISDataset',
        data_root='data/ref-davis',
        split='val',
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=_base_.val_dataloader.dataset.pipeline,
    ),
)
test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='RefYouTubeVOSDataset',
        data_root='data/ref-youtube-vos',
        split='valid',
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=_base_.val_dataloader.dataset.pipeline,
    ),
)
