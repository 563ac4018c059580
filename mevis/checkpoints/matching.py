"""How the tensors of a file and those of a model differ."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from mevis.errors import UserError

# Parts that a model may lack or have in addition without being another architecture.
_OPTIONAL_SUFFIXES = ('num_batches_tracked', 'position_ids')


@dataclass(frozen=True)
class Mismatch:
    """How the tensors of a file differ from those of a model."""

    missing: list[str]
    unexpected: list[str]
    reshaped: list[str]
    num_expected: int
    missing_parts: list[str] = field(default_factory=list)
    """The parts of the model of which the file holds nothing."""

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected or self.reshaped)

    @property
    def matching_share(self) -> float:
        """Share of the model's tensors that the file holds in the right shape."""
        found = self.num_expected - len(self.missing) - len(self.reshaped)
        return found / max(1, self.num_expected)

    @property
    def only_lacks_parts(self) -> bool:
        """Whether the file fits a model that has less."""
        return not (self.unexpected or self.reshaped) and self.matching_share >= 0.5

    def __str__(self) -> str:
        parts = []
        if self.missing:
            parts.append(
                f'{len(self.missing)} tensors missing in the file ({", ".join(self.missing_parts)})'
            )
        for name, keys in (
            ('unknown to the model', self.unexpected),
            ('of another shape or type', self.reshaped),
        ):
            if keys:
                more = f' and {len(keys) - 3} more' if len(keys) > 3 else ''
                parts.append(f'{len(keys)} tensors {name} ({", ".join(keys[:3])}{more})')
        return '; '.join(parts)


def check_finite(
    state_dict: Mapping[str, Tensor], source: str, buffers: Collection[str] = ()
) -> None:
    """Refuses weights that make every answer NaN.

    Args:
        state_dict: The weights.
        source: Their file, for the message.
        buffers: Names of constants, which may be infinite.

    Raises:
        UserError: Names the first of them.
    """
    wrong = [
        key
        for key, value in state_dict.items()
        if value.is_floating_point()
        and not (~value.isnan() if key in buffers else value.isfinite()).all()
    ]
    if wrong:
        more = f' and {len(wrong) - 3} more' if len(wrong) > 3 else ''
        raise UserError(
            f'{source}: not finite (NaN or infinite): {", ".join(wrong[:3])}{more}. Its training'
            ' went wrong, or the file is damaged; take an earlier checkpoint, or download it again.'
        )


def compare(expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> Mismatch:
    """Lists the differences between a model's tensors and a file's."""
    counted = [key for key in expected if not key.endswith(_OPTIONAL_SUFFIXES)]
    missing = [key for key in counted if key not in found]
    return Mismatch(
        missing=missing,
        unexpected=[
            key for key in found if key not in expected and not key.endswith(_OPTIONAL_SUFFIXES)
        ],
        reshaped=[
            f'{key}: {tuple(found[key].shape)} in the file, {tuple(expected[key].shape)} here'
            for key in counted
            if key in found and found[key].shape != expected[key].shape
        ]
        + [
            f'{key}: {found[key].dtype} in the file, {expected[key].dtype} here'
            for key in counted
            if key in found and _kind(found[key]) != _kind(expected[key])
        ],
        num_expected=len(counted),
        missing_parts=_whole_parts(counted, set(missing)),
    )


def _kind(value: Tensor) -> tuple[bool, bool]:
    return value.is_floating_point(), value.is_complex()


def _whole_parts(names: Sequence[str], missing: set[str]) -> list[str]:
    """The fewest beginnings of names that stand for all that is missing, and nothing else."""
    present = {
        name.rsplit('.', depth)[0]
        for name in names
        if name not in missing
        for depth in range(name.count('.') + 1)
    }
    parts = []
    for name in names:
        if name in missing:
            pieces = name.split('.')
            starts = ('.'.join(pieces[:length]) for length in range(1, len(pieces) + 1))
            parts.append(next(start for start in starts if start not in present))
    return list(dict.fromkeys(parts))
