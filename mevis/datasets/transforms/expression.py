"""What happens to the words of a clip."""

import re
from dataclasses import replace
from typing import Any

from mmcv.transforms import BaseTransform

from mevis.registry import TRANSFORMS

_SIDES = {'left': 'right', 'right': 'left'}
_TURNS = {
    'clockwise': 'counterclockwise',
    'counterclockwise': 'clockwise',
    'counter-clockwise': 'clockwise',
    'anticlockwise': 'clockwise',
    'anti-clockwise': 'clockwise',
}
_WORDS = re.compile(
    r'\b(?:(?P<side>left|right)(?P<ending>most|ward|wards)?'
    r'|(?P<turn>(?:counter-?|anti-?)?clockwise))\b',
    re.IGNORECASE,
)


def swap_left_right(text: str) -> str:
    """The sentence for the mirrored clip.

    Whole words only ("copyright" stays), their case is kept; "leftmost" and "leftward(s)" are
    swapped too, and clockwise with counterclockwise, since a mirror turns both around.
    """
    return _WORDS.sub(_swap, text)


def _swap(match: re.Match[str]) -> str:
    if match['turn']:
        return _like(_TURNS[match['turn'].lower()], match['turn'])
    return _like(_SIDES[match['side'].lower()], match['side']) + (match['ending'] or '')


def _like(word: str, model: str) -> str:
    if model.isupper():
        return word.upper()
    return word.capitalize() if model[0].isupper() else word


@TRANSFORMS.register_module()
class NormalizeExpression(BaseTransform):
    """Lower case and single spaces, as in the official code; the same in training and testing."""

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Normalises every sentence."""
        results['expressions'] = [
            replace(expression, text=' '.join(expression.text.lower().split()))
            for expression in results['expressions']
        ]
        return results
