"""Names of one implementation's weights and of ours, as an object with two directions."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

from mevis.errors import UserError

Transform = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Rule:
    """Renames every key that begins with a prefix.

    Attributes:
        official: Prefix there; ``{}`` stands for a number.
        ours: Prefix here, with as many ``{}``.
        to_ours: What happens to the tensor on the way here, if anything.
        to_official: Its inverse.
    """

    official: str
    ours: str
    to_ours: Transform | None = None
    to_official: Transform | None = None


@dataclass(frozen=True)
class Conversion:
    """A converted state dict and what became of each key.

    Attributes:
        state_dict: Tensors by their new names.
        ignored: Key -> reason.
        renamed: Old key -> new key.
    """

    state_dict: dict[str, Tensor] = field(repr=False)
    ignored: dict[str, str]
    renamed: dict[str, str] = field(repr=False)


@contextmanager
def about(path: str | Path) -> Iterator[None]:
    """Puts the file before errors about the tensors in it.

    Raises:
        UserError: The same, with the file.
    """
    try:
        yield
    except UserError as error:
        raise UserError(f'{path}: {error}') from error


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.escape(template).replace(r'\{\}', r'(\d+)') + r'(?=\.|$)')


def _rename(key: str, found: re.Match[str], template: str) -> str:
    return template.format(*found.groups()) + key[found.end() :]


class StateDictAdapter:
    """Converts state dicts by an ordered list of rules; the first that fits decides.

    Args:
        name: What the weights are, for messages.
        rules: Renaming rules.
        ignored: Prefix there (``{}`` stands for a number) -> why it has no counterpart here.
        aliases: Prefix there -> prefix there of the same, shared tensors.  The alias is dropped
            on the way here, where it must be equal, and written again on the way back.
    """

    def __init__(
        self,
        name: str,
        rules: Iterable[Rule],
        ignored: Mapping[str, str] | None = None,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._rules = [(rule, _pattern(rule.official), _pattern(rule.ours)) for rule in rules]
        self._ignored = [(_pattern(key), why) for key, why in (ignored or {}).items()]
        self._aliases = [(_pattern(key), same) for key, same in (aliases or {}).items()]

    def to_ours(self, official: Mapping[str, Tensor]) -> Conversion:
        """Converts an official state dict.

        Raises:
            UserError: If a key is neither covered by a rule nor on the list of ignored ones, or a
                shared tensor is there twice with different values.
        """
        official = {key.removeprefix('module.'): value for key, value in official.items()}
        ignored: dict[str, str] = {}
        renamed: dict[str, str] = {}
        converted: dict[str, Tensor] = {}
        unknown = []
        for key, value in official.items():
            reason = self._why_ignored(key) or self._alias_of(key, value, official)
            if reason:
                ignored[key] = reason
                continue
            hit = self._match(key, official=True)
            if hit is None:
                unknown.append(key)
                continue
            rule, found = hit
            renamed[key] = _rename(key, found, rule.ours)
            converted[renamed[key]] = self._transformed(key, value, rule.to_ours)
        if unknown:
            raise UserError(
                f'{len(unknown)} tensors are not known of {self.name}: {", ".join(unknown[:4])}'
                f'{" ..." if len(unknown) > 4 else ""}. Is it a checkpoint of another model?'
            )
        return Conversion(converted, ignored, renamed)

    def to_official(self, ours: Mapping[str, Tensor]) -> Conversion:
        """Converts a state dict of ours back, shared tensors under all their names.

        Raises:
            UserError: If a key has no official name.
        """
        renamed: dict[str, str] = {}
        converted: dict[str, Tensor] = {}
        unknown = []
        for key, value in ours.items():
            if key.endswith('num_batches_tracked'):
                continue  # a counter that frozen batch norms do not have
            hit = self._match(key, official=False)
            if hit is None:
                unknown.append(key)
                continue
            rule, found = hit
            name = _rename(key, found, rule.official)
            renamed[key] = name
            converted[name] = self._transformed(key, value, rule.to_official)
        for pattern, same in self._aliases:
            alias = pattern.pattern.replace(r'(?=\.|$)', '').replace('\\', '')
            for name in [key for key in converted if key.startswith(f'{same}.')]:
                converted[alias + name[len(same) :]] = converted[name]
        if unknown:
            raise UserError(
                f'{len(unknown)} tensors have no place in {self.name}: {", ".join(unknown[:4])}.'
            )
        return Conversion(converted, {}, renamed)

    def _transformed(self, key: str, value: Tensor, transform: Transform | None) -> Tensor:
        if transform is None:
            return value
        try:
            return transform(value)
        except (RuntimeError, ValueError, IndexError) as error:
            raise UserError(
                f'{key}: of shape {tuple(value.shape)}, which it has not in {self.name}. Is it a'
                ' checkpoint of another model?'
            ) from error

    def _match(self, key: str, official: bool) -> tuple[Rule, re.Match[str]] | None:
        for rule, there, here in self._rules:
            found = (there if official else here).match(key)
            if found:
                return rule, found
        return None

    def _why_ignored(self, key: str) -> str | None:
        return next((why for pattern, why in self._ignored if pattern.match(key)), None)

    def _alias_of(self, key: str, value: Tensor, official: Mapping[str, Tensor]) -> str | None:
        for pattern, same in self._aliases:
            found = pattern.match(key)
            if found is None:
                continue
            twin = official.get(same + key[found.end() :])
            if twin is None:
                return None
            if not value.is_meta and (value.dtype != twin.dtype or not value.equal(twin)):
                raise UserError(f'{key}: differs from {same}, of which it is another name.')
            return f'another name of {same}'
        return None
