# Ref-DAVIS17, laid out as in docs/guides/datasets.md.  It is tested with models trained on
# Ref-YouTube-VOS or MeViS; score the predictions by tools/evaluate_davis.py.
_base_ = ['ref_vid_seg.py']
train_dataloader = dict(
    dataset=dict(type='RefDAVISDataset', data_root='data/ref-davis', split='train'),
)
val_dataloader = dict(
    dataset=dict(type='RefDAVISDataset', data_root='data/ref-davis', split='val'),
)
test_dataloader = val_dataloader
