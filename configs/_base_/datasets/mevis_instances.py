# The objects that the sentences of MeViS name, without categories (model.num_classes=1): what an
# instance segmentor is fine-tuned on.  Laid out as in docs/guides/data.md.
_base_ = ['instances.py']
train_dataloader = dict(
    dataset=dict(type='MeViSInstanceDataset', data_root='data/mevis', split='train'),
)
val_dataloader = dict(
    dataset=dict(type='MeViSInstanceDataset', data_root='data/mevis', split='valid_u'),
)
test_dataloader = val_dataloader
default_hooks = dict(checkpoint=dict(save_best='instance_recall@10'))
