# MeViS v2: https://huggingface.co/datasets/FudanCVL/MeViSv2, laid out as in docs/guides/data.md.
# Frames are read from JPEGImages.tar in place where it is not unpacked.
_base_ = ['ref_vid_seg.py']
train_dataloader = dict(
    dataset=dict(type='MeViSV2Dataset', data_root='data/mevis_v2', split='train'),
)
val_dataloader = dict(
    dataset=dict(type='MeViSV2Dataset', data_root='data/mevis_v2', split='valid_u'),
)
test_dataloader = val_dataloader
