"""Work on each token by itself, done in inference on as many as a cache holds.

Shapes: N tokens, C channels.
"""

from collections.abc import Callable

from torch import Tensor, nn

from mevis.models.layers.wide_linear import wide_linear

# On a CPU the hidden layer of an FFN of 2048 channels then takes 8 MiB, where 14 400 tokens of one
# frame take 118: it is written and read in the cache.
_ROWS = 1024


def over_rows(function: Callable[..., Tensor], *tokens: Tensor) -> Tensor:
    """Applies ``function`` to chunks of tokens on a CPU; elsewhere at once.

    Args:
        function: Takes tensors (n, C), gives one (n, D), each row by itself.
        *tokens: Tensors (N, C).

    Returns:
        (N, D).
    """
    count = len(tokens[0])
    if tokens[0].device.type != 'cpu' or count <= _ROWS:
        return function(*tokens)
    result = None
    for start in range(0, count, _ROWS):
        rows = function(*(x[start : start + _ROWS] for x in tokens))
        if result is None:
            result = rows.new_empty(count, rows.shape[1])
        result[start : start + _ROWS] = rows
    return result


def feed_forward(
    tokens: Tensor, first: nn.Linear, second: nn.Linear, norm: nn.Module | None
) -> Tensor:
    """Adds to tokens (..., C) what two linear layers with a ReLU between make of them, and norms.

    For inference: without dropout, and the hidden layer is worked on in place.
    """

    def rows_of(rows: Tensor) -> Tensor:
        added = wide_linear(second, wide_linear(first, rows).relu_()).add_(rows)
        return added if norm is None else norm(added)

    return over_rows(rows_of, tokens.reshape(-1, tokens.shape[-1])).view(tokens.shape)
