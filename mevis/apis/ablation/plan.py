"""What an ablation is made of: its rows, and what they share."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct

from mevis.boundary.json_file import checked_json, read_bytes
from mevis.boundary.names import check_part
from mevis.boundary.yaml_text import read_yaml
from mevis.errors import UserError

Options = Mapping[str, Any]
_ROW_KEYS = {'what', 'config', 'start', 'of', 'trained', 'shuffled_tracks', 'options'}
_PLAN_KEYS = {'config', 'start', 'reference', 'train_videos', 'test_videos', 'options', 'rows'}
_Videos = Annotated[int, Meta(ge=1)] | None


class _RowInFile(Struct):
    """What the values of a row must be; which of them it needs depends on the others."""

    what: str = ''
    config: str = ''
    start: str | None = None
    of: str | None = None
    trained: bool = True
    shuffled_tracks: bool = False
    options: dict[str, Any] | None = None


class _PlanInFile(Struct):
    """What the values of a plan must be."""

    config: str = ''
    start: str | None = None
    reference: str = ''
    train_videos: _Videos = None
    test_videos: _Videos = None
    options: dict[str, Any] | None = None
    rows: dict[str, _RowInFile] | None = None


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        name: Its name, which is also that of its folder.
        what: What it changes, for readers.
        config: What is trained and tested.
        start: Weights that its training starts from; tested as they are if it is not trained.
            None: it is trained from random weights.
        trained: Whether it is trained.
        of: A row whose trained weights it tests in another way; None: its own.
        shuffled_tracks: Whether each video gets the instance tracks of another one (control).
        options: Dotted key -> value, the overrides of its config.
    """

    name: str
    what: str
    config: str
    start: str | None
    trained: bool = True
    of: str | None = None
    shuffled_tracks: bool = False
    options: Options = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Rows that are comparable.

    Attributes:
        rows: By name, in the order of the file.
        reference: The row that the others are compared with.
        train_videos: Videos of the training split that are used, the first ones; None: all.
        test_videos: Videos of the test split, likewise.
    """

    rows: dict[str, Row]
    reference: str
    train_videos: int | None = None
    test_videos: int | None = None

    def choose(self, names: list[str] | None) -> list[Row]:
        """The rows of these names, or all, each after the one whose weights it tests.

        Raises:
            UserError: If there is no such row.
        """
        unknown = sorted(set(names or ()) - set(self.rows))
        if unknown:
            raise UserError(f'no row {unknown[0]!r}; known: {", ".join(self.rows)}.')
        chosen = [row for name, row in self.rows.items() if names is None or name in names]
        return sorted(chosen, key=lambda row: row.of is not None)


def read_plan(path: str | Path) -> Plan:
    """Reads a plan.

    Args:
        path: A YAML file: ``config`` and ``start`` of all rows (null: random weights), ``options``
            of all rows that do not name a ``config`` of their own, fields of :class:`Plan`, and
            ``rows``: name -> fields of :class:`Row`.  A row that tests the weights ``of`` another
            has the config and the options of that row and its own on top.

    Raises:
        UserError: If the file is no such plan; names the file and the key.
    """
    path = Path(path)
    data = read_bytes(path, 'Plans are in configs/ablation/.')
    content = read_yaml(data.decode('utf-8', 'replace'), str(path))
    _check_plain(content, str(path))
    _check_keys(content, _PLAN_KEYS, str(path))
    checked_json(content, _PlanInFile, path, 'Fix the plan.')
    for key in ('config', 'start', 'reference', 'rows'):
        from_scratch = key == 'start' and content.get(key, '') is None
        if not content.get(key) and not from_scratch:
            raise UserError(f'{path}: {key} is missing.')
    rows: dict[str, Row] = {}
    for name, fields in content['rows'].items():
        rows[name] = _read_row(f'{path}: row {name}', name, fields, content, rows)
    if content['reference'] not in rows:
        raise UserError(f'{path}: reference: {content["reference"]} is none of the rows.')
    return Plan(rows, content['reference'], content.get('train_videos'), content.get('test_videos'))


def _read_row(
    place: str, name: str, fields: Options, plan: Options, former: Mapping[str, Row]
) -> Row:
    check_part(name, place)
    _check_keys(fields, _ROW_KEYS, place)
    if not fields.get('what'):
        raise UserError(f'{place}: what: one line on what it changes is missing.')
    of = fields.get('of')
    if of is None:
        shared = {} if 'config' in fields else plan.get('options') or {}
        config, start = plan['config'], plan['start']
    else:
        if of not in former or not former[of].trained:
            raise UserError(f'{place}: of: {of} is no trained row above it.')
        shared, config, start = former[of].options, former[of].config, former[of].start
    start = fields.get('start', start)
    trained = of is None and fields.get('trained', True)
    if of is None and not trained and start is None:
        raise UserError(f'{place}: start: a row that is not trained needs weights to test.')
    return Row(
        name,
        fields['what'],
        fields.get('config', config),
        start,
        trained,
        of,
        fields.get('shuffled_tracks', False),
        {**shared, **(fields.get('options') or {})},
    )


def _check_plain(value: Any, place: str) -> None:
    """YAML reads the name ``1`` as a number, and makes days and infinities of values."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if not isinstance(name, str):
                raise UserError(f'{place}: the name {name!r} is no text; put it in quotes.')
            _check_plain(part, f'{place}: {name}')
    elif isinstance(value, list):
        for part in value:
            _check_plain(part, place)
    elif not isinstance(value, str | int | float | None) or not _is_finite(value):
        raise UserError(f'{place}: {value} is neither text nor a finite number.')


def _is_finite(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _check_keys(fields: Any, known: set[str], place: str) -> None:
    if not isinstance(fields, Mapping):
        raise UserError(f'{place}: not a section with the keys {", ".join(sorted(known))}.')
    unknown = sorted(set(fields) - known)
    if unknown:
        raise UserError(f'{place}: {unknown[0]}: unknown; known: {", ".join(sorted(known))}.')
