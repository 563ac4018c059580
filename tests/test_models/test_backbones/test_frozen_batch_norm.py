import torch
from torchvision import ops

import mevis.models  # noqa: F401 - registers it
from mevis.models.backbones import FrozenBatchNorm2d
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


def test_a_frozen_norm_is_that_of_torchvision_to_the_last_bit():
    torch.manual_seed(0)
    ours, theirs = FrozenBatchNorm2d(8), ops.FrozenBatchNorm2d(8)
    for value in ours.state_dict().values():
        value.uniform_(0.5, 2.0)
    theirs.load_state_dict(ours.state_dict())
    got, wanted = (torch.randn(2, 8, 5, 7, generator=torch.manual_seed(1)) for _ in range(2))
    for norm, x in ((ours, got.requires_grad_()), (theirs, wanted.requires_grad_())):
        norm(x).square().sum().backward()
    assert torch.equal(ours(got), theirs(wanted))
    assert torch.equal(got.grad, wanted.grad)
