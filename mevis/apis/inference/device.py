"""Where a model runs."""

import torch

from mevis.errors import UserError


def usable_device(name: str | None) -> torch.device:
    """A device that can compute.

    Raises:
        UserError: If there is none of that name.
    """
    if name is None:
        return torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f'device {name}: not there ({reason}). Use cpu or cuda.') from error
    return device
