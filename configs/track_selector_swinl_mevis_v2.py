# The selector of track_selector_swinl on MeViS v2; its head says whether a sentence means anything.
# Command: tools/train.py configs/track_selector_swinl_mevis_v2.py
# Hardware: one GPU of 80 GB.
# J&F, N-acc and T-acc on valid_u: not run.
# Tracks of both splits by tools/extract_instance_masks.py first, into data/mevis_v2/tracks/<split>.
_base_ = ['track_selector_swinl.py']
train_dataloader = dict(
    dataset=dict(
        data_root='data/mevis_v2',
        instance_masks_dir='data/mevis_v2/tracks/train',
    ),
)
val_dataloader = dict(
    dataset=dict(
        type='MeViSV2Dataset',
        data_root='data/mevis_v2',
        instance_masks_dir='data/mevis_v2/tracks/valid_u',
    ),
)
test_dataloader = dict(
    dataset=dict(
        type='MeViSV2Dataset',
        data_root='data/mevis_v2',
        instance_masks_dir='data/mevis_v2/tracks/valid_u',
    ),
)
