# The training splits of RefCOCO, RefCOCO+ and RefCOCOg together; validation and test on RefCOCO.
_base_ = ['refcoco.py']
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='JointDataset',
        datasets=[
            dict(_base_.train_dataloader.dataset, name=name)
            for name in ('refcoco', 'refcoco+', 'refcocog')
        ],
    ),
)
