"""Rare kinds of sentence as often as frequent ones."""

from collections.abc import Sequence

import numpy as np

from mevis.errors import UserError


def balanced_items(tags: Sequence[Sequence[str]], group: str, seed: int = 0) -> list[int]:
    """Repeats items so that each tag of a group is seen as often as its most frequent one.

    Args:
        tags: Tags of each item; of one group an item has at most one.
        group: What the tags of the group begin with: ``about`` for ``about:speed``, ``about:turn``.
        seed: Of the choice of those that are repeated once more than others of their tag.

    Returns:
        Indices of the items, in order.  Items without a tag of the group come once.

    Raises:
        UserError: If no item has a tag of the group, or one has two.
    """
    members: dict[str, list[int]] = {}
    for index, own in enumerate(tags):
        found = [tag for tag in own if tag.startswith(f'{group}:')]
        if len(found) > 1:
            raise UserError(f'balance={group!r}: a sentence is tagged {" and ".join(found)}.')
        for tag in found:
            members.setdefault(tag, []).append(index)
    if not members:
        raise UserError(
            f'balance={group!r}: no sentence has a tag {group}:… Remove `balance`, or choose a'
            ' dataset with tags, such as MovingShapes (balance="about").'
        )
    repeats = np.ones(len(tags), int)
    wanted = max(map(len, members.values()))
    rng = np.random.default_rng(seed)
    for tag in sorted(members):
        items = rng.permutation(members[tag])
        whole, rest = divmod(wanted, len(items))
        repeats[items] = whole
        repeats[items[:rest]] += 1
    return np.repeat(np.arange(len(tags)), repeats).tolist()
