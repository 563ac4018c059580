import torch

from mevis.models.mutr.heads import box_heads, class_heads


def test_an_object_is_rare_at_first():
    heads = class_heads(16, 3, 2)
    assert len(heads) == 2
    for head in heads:
        logits = head(torch.zeros(5, 16))
        assert logits.shape == (5, 3)
        torch.testing.assert_close(logits.sigmoid(), torch.full((5, 3), 0.01))


def test_the_first_layer_makes_small_boxes_of_any_query_and_the_others_keep_them():
    first, second = box_heads(16, 2)
    queries = torch.randn(5, 16)
    assert first(queries).tolist() == [[0, 0, -2, -2]] * 5
    assert second(queries).tolist() == [[0, 0, 0, 0]] * 5
