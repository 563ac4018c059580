"""A model of which every rank keeps a share."""

from typing import Any

from mmengine.model import MMFullyShardedDataParallel
from mmengine.registry import MODEL_WRAPPERS


@MODEL_WRAPPERS.register_module()
class ShardedModel(MMFullyShardedDataParallel):
    """The engine's FSDP wrapper, which validates without talking to the other ranks.

    Its forward pass collects the parameters, which all ranks must do together; in validation they
    have videos of their own, some more than others.  :class:`WholeModelHook` collects them once.
    """

    def val_step(self, data: Any) -> list[Any]:
        """Predicts with parameters that are whole already."""
        return self.module.val_step(data)

    def test_step(self, data: Any) -> list[Any]:
        """Likewise."""
        return self.module.test_step(data)
