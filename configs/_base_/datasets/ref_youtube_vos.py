# Ref-YouTube-VOS, laid out as in docs/guides/data.md.  Its valid split has no masks: submit the
# predictions.
_base_ = ['ref_vid_seg.py']
train_dataloader = dict(
    dataset=dict(type='RefYouTubeVOSDataset', data_root='data/ref-youtube-vos', split='train'),
)
val_dataloader = dict(
    dataset=dict(type='RefYouTubeVOSDataset', data_root='data/ref-youtube-vos', split='valid'),
)
test_dataloader = val_dataloader
