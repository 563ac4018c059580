"""Where figures and pictures of a training go: TensorBoard, Weights & Biases, MLflow."""

from importlib.util import find_spec

from mmengine.config import Config

from mevis.errors import UserError

# Backend -> module that it imports when it is first used, and mevis' extra that brings it.
_NEEDS = {
    'TensorboardVisBackend': ('tensorboard', 'tensorboard'),
    'WandbVisBackend': ('wandb', 'wandb'),
    'MLflowVisBackend': ('mlflow', 'mlflow'),
}


def check_backends(cfg: Config) -> None:
    """Refuses a backend whose package is missing, which else shows when the logs are there.

    Args:
        cfg: The config; backends of other packages are not looked at.

    Raises:
        UserError: Names the key and what to install.
    """
    backends = (cfg.get('visualizer') or {}).get('vis_backends') or []
    for place, backend in enumerate(backends if isinstance(backends, (list, tuple)) else []):
        name = backend.get('type') if isinstance(backend, dict) else None
        module, extra = _NEEDS.get(name, ('', '')) if isinstance(name, str) else ('', '')
        if module and find_spec(module) is None:
            raise UserError(
                f'visualizer.vis_backends.{place}.type={name}: the package {module} is not'
                f" installed. Run: pip install 'mevis[{extra}]'"
            )
