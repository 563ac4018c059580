"""Documentation, messages and docstrings use the usual words of the field."""

import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# What not to write -> what to write.
USUAL = {
    r'data sets?': 'dataset',
    r'(the|no|a) mend|mends|mended|to mend': 'the fix, refines, refined, to fix',
    r'(rules )?of the house': 'contribution guidelines',
    r'anew': 'again',
    r'hand(s|ed)? in': 'submit',
    r'means? nothing': 'has no target, is meaningless',
    r'(at most|in) so many': 'at most N',
    r'deals (the|out)': 'distributes',
    r'plugs?(?! into)': 'module, implementation',
    r'by proof': 'provably',
    r'(had|has|have|the|no|with|without|true) truth': 'ground truth',
    r'goes on with': 'resumes',
    r'at hand': 'available',
}
PATTERNS = {re.compile(rf'\b(?:{old})\b', re.IGNORECASE): new for old, new in USUAL.items()}
PROSE = (tokenize.COMMENT, tokenize.STRING, getattr(tokenize, 'FSTRING_MIDDLE', tokenize.STRING))


def quaint(text: str) -> list[str]:
    """What of a text has a more usual word, with that word; a line's end is no word's end."""
    joined = re.sub(r'\s+', ' ', text)
    return [
        f'{match[0]!r}: write {new}'
        for pattern, new in PATTERNS.items()
        for match in pattern.finditer(joined)
    ]


def prose_of_page(page: Path) -> str:
    """The page without its code, which may hold other words."""
    return re.sub(r'^( *)```.*?^\1```|`[^`\n]+`', ' ', page.read_text(), flags=re.M | re.S)


def prose_of_source(source: Path) -> str:
    with tokenize.open(source) as lines:
        tokens = [token for token in tokenize.generate_tokens(lines.readline)]
    texts = (token.string for token in tokens if token.type in PROSE)
    return '\n'.join(re.sub(r'\{[^{}]*\}', ' ', text) for text in texts)  # f-strings hold code


def test_the_list_finds_its_words_and_no_others():
    assert quaint('Many data\nsets, and the mend.') == [
        "'data sets': write dataset",
        "'the mend': write the fix, refines, refined, to fix",
    ]
    assert quaint('A dataset with ground truth; modules that plug into it.') == []


PAGES = [*ROOT.glob('*.md'), *(ROOT / 'docs').rglob('*.md')]


@pytest.mark.parametrize('page', sorted(PAGES), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_use_the_usual_words(page):
    assert quaint(prose_of_page(page)) == []


@pytest.mark.parametrize('folder', ['mevis', 'tools', 'configs'])
def test_sources_use_the_usual_words(folder):
    found = {
        source.relative_to(ROOT).as_posix(): words
        for source in sorted((ROOT / folder).rglob('*.py'))
        if (words := quaint(prose_of_source(source)))
    }
    assert found == {}
