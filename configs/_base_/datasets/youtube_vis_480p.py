# YouTube-VIS at the sizes with which the official DVIS trains and tests Swin-L.
_base_ = ['youtube_vis.py']
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            *_base_.train_dataloader.dataset.pipeline[:2],  # loading
            dict(
                type='RandomSelectTransforms',
                first=[
                    dict(type='RandomResizeClip', short_sides=[360, 480, 600], max_long_side=1024),
                ],
                second=[
                    dict(type='RandomResizeClip', short_sides=[400, 500, 600], max_long_side=1333),
                    dict(type='RandomCropClip', min_size=384, max_size=600),
                    dict(type='RandomResizeClip', short_sides=[360, 480, 600], max_long_side=1024),
                ],
            ),
            *_base_.train_dataloader.dataset.pipeline[-2:],  # flipping and packing
        ],
    ),
)
test_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(
                type='LoadResizedFrames',
                short_side=480,
                max_long_side=1333,
                rounding='detectron2',
            ),
            *_base_.test_dataloader.dataset.pipeline[1:],
        ],
    ),
)
