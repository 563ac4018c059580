# Long-RVOS, laid out as in docs/guides/datasets.md.  Its valid and test splits have masks.
_base_ = ['ref_vid_seg.py']
train_dataloader = dict(
    dataset=dict(type='LongRVOSDataset', data_root='data/long_rvos', split='train'),
)
val_dataloader = dict(
    dataset=dict(type='LongRVOSDataset', data_root='data/long_rvos', split='valid'),
)
test_dataloader = val_dataloader
