import torch

from mevis.models.query_initializers.instance_block import InstanceBlock


def block() -> InstanceBlock:
    torch.manual_seed(0)
    made = InstanceBlock(16, 2, 32).eval()
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made


@torch.no_grad()
def test_it_is_equation_4():
    one, query, tokens = block(), torch.randn(2, 3, 16), torch.randn(2, 4, 5, 16)
    seen = torch.zeros(2, 4, 5, dtype=torch.bool)
    expected = query
    for index in range(4):
        expected = one.ffn(one.self_attn(one.cross_attn(expected, tokens[:, index])))
    torch.testing.assert_close(one(query, tokens, seen), expected)


@torch.no_grad()
def test_tokens_that_are_padding_are_not_looked_at():
    one, query, tokens = block(), torch.randn(1, 3, 16), torch.randn(1, 2, 5, 16)
    padding = torch.zeros(1, 2, 5, dtype=torch.bool)
    padding[:, :, 3:] = True
    got = one(query, tokens, padding)
    torch.testing.assert_close(got, one(query, tokens[:, :, :3], padding[:, :, :3]))
    tokens[:, :, 3:] = 1e3
    torch.testing.assert_close(got, one(query, tokens, padding))


def test_an_instance_without_token_is_passed_over_and_gives_no_gradient():
    one, query = block(), torch.randn(2, 3, 16)
    tokens = torch.randn(2, 2, 5, 16, requires_grad=True)
    padding = torch.zeros(2, 2, 5, dtype=torch.bool)
    padding[0, 0] = True
    padding[1] = True
    got = one(query, tokens, padding)
    torch.testing.assert_close(got[:1], one(query[:1], tokens[:1, 1:], padding[:1, 1:]))
    assert torch.equal(got[1], query[1])
    got.sum().backward()
    assert tokens.grad.isfinite().all()
    assert (tokens.grad[0, 0] == 0).all()
    assert tokens.grad[0, 1].abs().max() > 0
    assert all(p.grad.isfinite().all() for p in one.parameters())


def test_untrained_it_changes_no_bit():
    torch.manual_seed(0)
    query = torch.randn(2, 3, 16)
    query[0, 0, 0] = 1e-30
    got = InstanceBlock(16, 2, 32)(query, torch.randn(2, 4, 5, 16), torch.zeros(2, 4, 5) > 0)
    assert torch.equal(got, query)
