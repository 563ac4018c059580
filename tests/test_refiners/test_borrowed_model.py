import copy
import pickle

import torch
from torch import nn

from mevis.refiners.borrowed_model import BorrowedModel, PretrainedRefiner

built = []


def build():
    built.append(1)
    return nn.Linear(2, 2)


class Borrower(PretrainedRefiner):
    def __init__(self):
        super().__init__()
        self.model = BorrowedModel(build)

    def refine_chunk(self, images, masks, context):
        return masks


def test_it_is_built_once_and_when_used():
    built.clear()
    borrowed = BorrowedModel(build)
    assert not built
    model = borrowed.on(torch.device('cpu'))
    assert borrowed.on(torch.device('cpu')) is model
    assert built == [1]
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_it_follows_the_device_of_the_segmentor():
    parent = nn.ModuleDict({'refiner': Borrower()})
    refiner = parent['refiner']
    assert refiner.model.on(refiner.device).weight.device.type == 'cpu'
    parent.to('meta')
    assert refiner.model.on(refiner.device).weight.device.type == 'meta'


def test_it_is_in_no_checkpoint_and_is_not_trained():
    parent = nn.ModuleDict({'refiner': Borrower()})
    parent['refiner'].model.on(torch.device('cpu'))
    assert not parent.state_dict()
    assert not list(parent.parameters())
    parent.load_state_dict({})


def test_copies_and_pickles_hold_the_recipe_only():
    built.clear()
    borrowed = BorrowedModel(build)
    borrowed.on(torch.device('cpu'))
    for other in (copy.deepcopy(borrowed), pickle.loads(pickle.dumps(borrowed))):
        assert other._model is None
        other.on(torch.device('cpu'))
    assert built == [1] * 3
