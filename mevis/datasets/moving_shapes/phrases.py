"""The words for motions.

Directions are the plain words left, right, up, down, clockwise and counterclockwise, so that a
transform that mirrors a clip can mirror its sentence too.
"""


def _direction(word: str, extra: tuple[str, ...]) -> tuple[str, ...]:
    return (f'moving {word}', f'that moves {word}', f'going {word}', f'heading {word}', *extra)


MOTION_PHRASES = {
    'left': _direction(
        'left',
        ('moving to the left', 'that moves from right to left', 'that travels leftwards'),
    ),
    'right': _direction(
        'right',
        ('moving to the right', 'that moves from left to right', 'that travels rightwards'),
    ),
    'up': _direction('up', ('moving upwards', 'that rises', 'that climbs to the top')),
    'down': _direction('down', ('moving downwards', 'that sinks', 'that falls')),
    'rest': (
        'that stays still',
        'that does not move',
        'at rest',
        'standing still',
        'that remains in its place',
    ),
    'move': ('that moves', 'in motion', 'that is moving', 'that changes its place'),
    'fast': ('moving fast', 'that moves quickly', 'rushing about', 'that moves at high speed'),
    'slow': ('moving slowly', 'that moves slowly', 'creeping along', 'that moves at low speed'),
    'stop-and-go': (
        'that stops and goes on',
        'that pauses on its way',
        'moving with pauses',
        'that halts and then continues, again and again',
    ),
    'steady': (
        'that keeps moving without a pause',
        'moving without ever stopping',
        'that never stops on its way',
    ),
    'zigzag': ('moving in a zigzag', 'that zigzags', 'zigzagging along'),
    'back-and-forth': (
        'moving back and forth',
        'that goes to and fro',
        'bouncing back and forth',
        'that swings to and fro',
    ),
    'clockwise': ('circling clockwise', 'that orbits clockwise', 'going around clockwise'),
    'counterclockwise': (
        'circling counterclockwise',
        'that orbits counterclockwise',
        'going around counterclockwise',
    ),
    'grow': ('that grows', 'growing', 'getting larger', 'that becomes bigger'),
    'shrink': ('that shrinks', 'shrinking', 'getting smaller', 'that becomes smaller'),
    'leave': ('that leaves', 'leaving the picture', 'that goes out of view', 'that disappears'),
    'enter': ('that enters', 'entering the picture', 'that comes into view', 'that appears'),
    'rest-then-move': (
        'that first rests and then moves',
        'that stays still at first, then moves',
        'that starts to move',
        'that sets off after standing still',
    ),
    'move-then-rest': (
        'that first moves and then rests',
        'that moves at first, then stays still',
        'that comes to a halt',
        'that stops for good after moving',
    ),
    'speed-up': ('that speeds up', 'getting faster', 'accelerating', 'that becomes faster'),
    'slow-down': ('that slows down', 'getting slower', 'decelerating', 'that becomes slower'),
}

TURN_PHRASES = (
    'that first moves {first}, then {second}',
    'moving first {first} and then {second}',
    'that goes {first} and then turns {second}',
    'that moves {first} before it moves {second}',
    'that moves {second} after moving {first}',
)

RELATION_PHRASES = {
    'follow': ('following', 'that follows', 'moving behind', 'that goes after'),
    'overtake': ('overtaking', 'that overtakes', 'that passes', 'that gets ahead of'),
}

EVERYTHING = {
    'rest': ('all objects that stay still', 'everything that rests', 'the things that do not move'),
    'move': ('all objects that move', 'everything that moves', 'the things in motion'),
}
