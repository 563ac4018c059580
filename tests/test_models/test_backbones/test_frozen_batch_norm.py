import torch

import mevis.models  # noqa: F401 - registers it
from mevis.registry import MODELS


def test_a_resnet_of_frozen_norms_is_the_resnet_of_norms_in_evaluation():
    """Same names, so that weights of either load into the other."""
    base = dict(type='mmdet.ResNet', depth=18, base_channels=8)
    torch.manual_seed(0)
    norms = MODELS.build(dict(base, norm_cfg=dict(type='BN')))
    norms.eval()
    for name, value in norms.state_dict().items():
        if name.endswith(('running_mean', 'running_var')):
            value.uniform_(0.5, 2.0)
    frozen = MODELS.build(
        dict(base, norm_cfg=dict(type='mevis.FrozenBatchNorm2d'), norm_eval=False)
    )
    frozen.load_state_dict(norms.state_dict())
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        for mode in (True, False):
            frozen.train(mode)
            for got, wanted in zip(frozen(images), norms(images), strict=True):
                torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-4)
    assert not [name for name, _ in frozen.named_parameters() if '.bn' in name]
