# The video query starts from the masks of instances, encoded as images (paper, eq. 1-4).
# Changes mutr_swinl_global.py by the query initializer and the tracks that it reads.
# Command: tools/train.py configs/mutr_swinl_global_inst.py --cfg-options load_from=WEIGHTS
# Hardware: one GPU of 80 GB (or 40 GB with --amp).
# J&F on valid: paper 49.62; ours: not run.
# Tracks of train and valid_u first: docs/guides/instance_queries.md has the command.
_base_ = ['mutr_swinl_global.py']
model = dict(query_initializer=dict(type='DVISInstanceQueryInitializer'))
train_dataloader = dict(dataset=dict(instance_masks_dir='data/mevis/instances/{split}'))
val_dataloader = dict(dataset=dict(instance_masks_dir='data/mevis/instances/{split}'))
test_dataloader = val_dataloader
