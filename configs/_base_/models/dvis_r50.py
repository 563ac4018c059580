# DVIS with a ResNet-50, as its released models; tracker and refiner as in MinVIS.
# Online: tracker=dict(type='ReferringTracker').  Offline: refiner=dict(type='TemporalRefiner') too.
model = dict(
    type='DVIS',
    segmenter=dict(
        backbone=dict(
            type='mmdet.ResNet',
            depth=50,
            out_indices=(0, 1, 2, 3),
            frozen_stages=-1,
            norm_cfg=dict(type='mevis.FrozenBatchNorm2d'),
            norm_eval=False,
            style='pytorch',
        ),
        backbone_channels=[256, 512, 1024, 2048],
        num_queries=100,
    ),
    tracker=dict(type='QueryMatcher'),
    refiner=dict(type='NoTemporalRefiner'),
    data_preprocessor=dict(type='RefVidSegDataPreprocessor', pad_size_divisor=32),
    # Of YouTube-VIS 2019 and 2021; OVIS: num_classes=25, num_instances=20.
    num_classes=40,
    num_instances=10,
)
