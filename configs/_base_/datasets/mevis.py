# MeViS: https://henghuiding.com/MeViS, laid out as in docs/guides/data.md.
_base_ = ['ref_vid_seg.py']
train_dataloader = dict(
    dataset=dict(type='MeViSDataset', data_root='data/mevis', split='train'),
)
val_dataloader = dict(
    dataset=dict(type='MeViSDataset', data_root='data/mevis', split='valid_u'),
)
test_dataloader = val_dataloader
