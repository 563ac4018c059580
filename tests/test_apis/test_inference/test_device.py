import pytest
import torch

from mevis.apis.inference.device import usable_device
from mevis.errors import UserError


def test_the_processor_can_always_be_used():
    assert usable_device('cpu') == torch.device('cpu')
    assert usable_device(None).type in ('cpu', 'cuda')


@pytest.mark.parametrize('name', ['nope', 'meta', 'cuda:99', ''])
def test_what_cannot_compute_is_refused_by_name(name):
    with pytest.raises(UserError, match=f'device {name}: not there'):
        usable_device(name)
