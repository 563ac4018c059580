import pytest
import torch

from mevis.models.layers import TemporalPositionEncoding


def trained():
    torch.manual_seed(0)
    encoding = TemporalPositionEncoding(16)
    torch.nn.init.normal_(encoding.projection.weight)
    return encoding


def test_it_says_nothing_before_it_is_trained():
    times = torch.tensor([[0.0, 3.0, 500.0]])
    assert not TemporalPositionEncoding(16)(times).any()


def test_the_code_belongs_to_the_time_alone():
    encoding = trained()
    clip = encoding(torch.tensor([[4.0, 9.0, 70.0]]))
    other = encoding(torch.tensor([[9.0]]))
    torch.testing.assert_close(clip[:, 1], other[:, 0])


@pytest.mark.parametrize('last', [10, 200, 500])
def test_no_two_frames_of_a_video_have_one_code(last):
    codes = trained()(torch.arange(last + 1.0)[None])[0]
    distance = torch.cdist(codes, codes) + torch.eye(last + 1) * 1e9
    assert distance.min() > 1e-2


def test_frequencies_are_not_weights():
    assert set(TemporalPositionEncoding(16).state_dict()) == {
        'projection.weight',
        'projection.bias',
    }
