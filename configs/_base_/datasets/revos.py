# ReVOS, laid out as in docs/guides/datasets.md.
_base_ = ['ref_vid_seg.py']
train_dataloader = dict(
    dataset=dict(type='ReVOSDataset', data_root='data/ReVOS', split='train'),
)
val_dataloader = dict(
    dataset=dict(type='ReVOSDataset', data_root='data/ReVOS', split='valid'),
)
test_dataloader = val_dataloader
