import pytest
import torch
from torch import nn

from mevis.models.layers import CrossAttentionBlock, FeedForwardBlock, SelfAttentionBlock


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@torch.no_grad()
def test_self_attention_is_written_out():
    """Post-norm, position in queries and keys and not in values."""
    block, x, position = SelfAttentionBlock(8, 1), torch.randn(2, 5, 8), torch.randn(2, 5, 8)
    w_q, w_k, w_v = block.attn.in_proj_weight.chunk(3)
    query, key, value = (x + position) @ w_q.T, (x + position) @ w_k.T, x @ w_v.T
    weights = (query @ key.transpose(1, 2) / 8**0.5).softmax(-1)
    expected = block.norm(x + block.attn.out_proj(weights @ value))
    torch.testing.assert_close(block(x, position), expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_cross_attention_is_written_out():
    block, x, memory = CrossAttentionBlock(8, 1), torch.randn(2, 5, 8), torch.randn(2, 3, 8)
    on_x, on_memory = torch.randn(5, 8), torch.randn(3, 8)
    w_q, w_k, w_v = block.attn.in_proj_weight.chunk(3)
    weights = (x + on_x) @ w_q.T @ ((memory + on_memory) @ w_k.T).transpose(1, 2) / 8**0.5
    expected = block.norm(x + block.attn.out_proj(weights.softmax(-1) @ (memory @ w_v.T)))
    got = block(x, memory, on_x, on_memory)
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_padding_is_no_key():
    x, memory = torch.randn(1, 5, 8), torch.randn(1, 4, 8)
    padding = torch.tensor([[False, False, True, True]])
    cross = CrossAttentionBlock(8, 2)
    torch.testing.assert_close(
        cross(x, memory, key_padding_mask=padding), cross(x, memory[:, :2]), rtol=1e-4, atol=1e-5
    )
    block = SelfAttentionBlock(8, 2)
    short = block(memory[:, :2])
    torch.testing.assert_close(
        block(memory, key_padding_mask=padding)[:, :2], short, rtol=1e-4, atol=1e-5
    )


@torch.no_grad()
def test_a_mask_of_scores_keeps_tokens_apart():
    block, x = SelfAttentionBlock(8, 2), torch.randn(1, 4, 8)
    apart = torch.zeros(2, 4, 4)
    apart[:, :2, 2:] = apart[:, 2:, :2] = -1000.0
    torch.testing.assert_close(block(x, attn_mask=apart)[:, :2], block(x[:, :2]))


def test_dropout_is_of_training_alone():
    block = FeedForwardBlock(8, 16, dropout=0.5)
    x = torch.randn(1, 4, 8)
    assert not torch.equal(block(x), block(x))
    block.eval()
    assert torch.equal(block(x), block(x))
    assert isinstance(block.norm, nn.LayerNorm)


@torch.no_grad()
def test_norm_first_keeps_the_way_of_the_residual_free():
    x, memory = 5 + 3 * torch.randn(2, 5, 8), torch.randn(2, 3, 8)
    own, cross = (kind(8, 2, norm_first=True) for kind in (SelfAttentionBlock, CrossAttentionBlock))
    ffn = FeedForwardBlock(8, 16, norm_first=True)
    normed = own.norm(x)
    torch.testing.assert_close(own(x), x + own.attn(normed, normed, normed)[0])
    torch.testing.assert_close(cross(x, memory), x + cross.attn(normed, memory, memory)[0])
    torch.testing.assert_close(ffn(x), x + ffn.linear2(ffn.linear1(normed).relu()))
