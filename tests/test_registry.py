"""Names in configs: found where they should be, and a wrong one is answered with the right ones."""

import pytest
from torch import nn

from mevis import registry
from mevis.registry import (
    FRAME_SAMPLERS,
    MODELS,
    QUERY_INITIALIZERS,
    REFINERS,
    TEXT_ENCODERS,
    UnknownModuleError,
)

SLOTS = [FRAME_SAMPLERS, TEXT_ENCODERS, QUERY_INITIALIZERS, REFINERS]
ALL = [value for value in vars(registry).values() if isinstance(value, registry.Registry)]
OWN = [one for one in ALL if one.scope == 'mevis']


@pytest.fixture
def two_plugs():
    """Two modules that exist during one test only."""
    names = {'FirstTestRefiner': nn.Identity, 'SecondTestRefiner': nn.Identity}
    for name, module in names.items():
        REFINERS.register_module(name=name, module=module)
    yield
    for name in names:
        REFINERS.module_dict.pop(name)


@pytest.mark.usefixtures('two_plugs')
def test_unknown_name_lists_the_known_and_the_nearest():
    with pytest.raises(UnknownModuleError) as caught:
        REFINERS.build({'type': 'FirstTestRefinr'})
    message = str(caught.value)
    assert "'FirstTestRefinr' is not a registered refiner" in message
    assert 'SecondTestRefiner' in message
    assert "Did you mean 'FirstTestRefiner'" in message
    assert 'custom_imports' in message


def test_unknown_model_names_its_nearest_of_mmdet():
    assert MODELS.get('mmdet.ResNet') is not None  # loads mmdet
    with pytest.raises(UnknownModuleError, match=r"Did you mean .*'mmdet\.ResNet'"):
        MODELS.build({'type': 'ResNett'})


def test_unknown_model_in_a_sequence_is_caught():
    with pytest.raises(UnknownModuleError, match='NoSuchModel'):
        MODELS.build([{'type': 'mmdet.ResNet', 'depth': 18}, {'type': 'NoSuchModel'}])


@pytest.mark.parametrize('slot', SLOTS, ids=lambda slot: slot.name)
def test_every_slot_answers_an_unknown_name(slot):
    with pytest.raises(UnknownModuleError, match=slot.name):
        slot.build({'type': 'Nonsense'})


def test_modules_of_mmdet_resolve_through_models():
    backbone = MODELS.build({'type': 'mmdet.ResNet', 'depth': 18, 'num_stages': 4})
    assert type(backbone).__module__.startswith('mmdet.')
    assert MODELS.get('mmdet.Mask2FormerHead') is not None


def test_registries_are_of_one_scope_and_of_different_names():
    assert len(OWN) >= 12
    names = [one.name for one in OWN]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize('own', OWN, ids=lambda own: own.name)
def test_no_registry_is_empty(own):
    """Only registries that hold something are declared."""
    own.import_from_location()
    assert own.module_dict


@pytest.mark.parametrize('own', OWN, ids=lambda own: own.name)
def test_a_bare_and_a_scoped_name_are_the_same(own):
    own.import_from_location()
    for name, module in own.module_dict.items():
        assert own.get(name) is module
        assert own.get(f'mevis.{name}') is module


def test_a_path_of_python_that_is_no_class_is_unknown():
    with pytest.raises(registry.UnknownModuleError, match=r"'os\.system' is not a registered"):
        registry.TRANSCRIBERS.build(dict(type='os.system'))
