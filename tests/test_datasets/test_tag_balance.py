"""Rare tags are repeated until they are as frequent as the others."""

from collections import Counter

import pytest

from mevis.datasets.tag_balance import balanced_items
from mevis.errors import UserError

TAGS = [
    *[('motion', 'about:speed')] * 7,
    *[('order', 'motion-only', 'about:turn')] * 3,
    ('mixed', 'about:start'),
    ('static',),
    ('static',),
]


def test_each_tag_of_the_group_is_equally_frequent():
    items = balanced_items(TAGS, 'about')
    seen = Counter(TAGS[item] for item in items)
    assert seen[TAGS[0]] == seen[TAGS[7]] == seen[TAGS[10]] == 7
    assert seen[('static',)] == 2


def test_sentences_of_a_tag_differ_by_one_repetition_at_most():
    counts = Counter(balanced_items(TAGS, 'about'))
    assert sorted(counts[item] for item in (7, 8, 9)) == [2, 2, 3]
    assert set(counts) == set(range(len(TAGS)))


def test_the_seed_alone_decides_who_is_repeated_more():
    assert balanced_items(TAGS, 'about', 3) == balanced_items(TAGS, 'about', 3)
    assert len({tuple(balanced_items(TAGS, 'about', seed)) for seed in range(20)}) > 1


def test_a_group_that_no_sentence_has_is_named():
    with pytest.raises(UserError, match="balance='abuot': no sentence has a tag abuot:"):
        balanced_items(TAGS, 'abuot')


def test_two_tags_of_the_group_are_refused():
    with pytest.raises(UserError, match='about:speed and about:turn'):
        balanced_items([('about:speed', 'about:turn')], 'about')
