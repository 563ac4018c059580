# RefCOCO, laid out as in docs/guides/datasets.md: images without any time.  RefCOCO+ and RefCOCOg
# are overrides: name=refcoco+ or refcocog.
_base_ = ['ref_vid_seg.py']
train_dataloader = dict(
    dataset=dict(
        type='RefCOCODataset',
        data_root='data/coco',
        name='refcoco',
        split='train',
        frame_sampler=dict(_delete_=True, type='AllFramesSampler'),
        pipeline=[
            dict(type='LoadClipFrames'),
            dict(type='LoadClipMasks'),
            dict(type='NormalizeExpression'),
            dict(type='ImageToPseudoClip', num_frames=5),
            *_base_.train_dataloader.dataset.pipeline[4:],  # augmentation and packing
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(type='RefCOCODataset', data_root='data/coco', name='refcoco', split='val'),
)
test_dataloader = dict(
    dataset=dict(type='RefCOCODataset', data_root='data/coco', name='refcoco', split='testA'),
)
