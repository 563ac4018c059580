"""Class names of the public datasets of video instance segmentation, in the order of their ids."""

YOUTUBE_VIS_2019 = (
    *('person', 'giant_panda', 'lizard', 'parrot', 'skateboard', 'sedan', 'ape', 'dog', 'snake'),
    *('monkey', 'hand', 'rabbit', 'duck', 'cat', 'cow', 'fish', 'train', 'horse', 'turtle'),
    *('bear', 'motorbike', 'giraffe', 'leopard', 'fox', 'deer', 'owl', 'surfboard', 'airplane'),
    *('truck', 'zebra', 'tiger', 'elephant', 'snowboard', 'boat', 'shark', 'mouse', 'frog'),
    *('eagle', 'earless_seal', 'tennis_racket'),
)
YOUTUBE_VIS_2021 = (
    *('airplane', 'bear', 'bird', 'boat', 'car', 'cat', 'cow', 'deer', 'dog', 'duck'),
    *('earless_seal', 'elephant', 'fish', 'flying_disc', 'fox', 'frog', 'giant_panda', 'giraffe'),
    *('horse', 'leopard', 'lizard', 'monkey', 'motorbike', 'mouse', 'parrot', 'person', 'rabbit'),
    *('shark', 'skateboard', 'snake', 'snowboard', 'squirrel', 'surfboard', 'tennis_racket'),
    *('tiger', 'train', 'truck', 'turtle', 'whale', 'zebra'),
)
# 'Vehical' is how the dataset spells it.
OVIS = (
    *('Person', 'Bird', 'Cat', 'Dog', 'Horse', 'Sheep', 'Cow', 'Elephant', 'Bear', 'Zebra'),
    *('Giraffe', 'Poultry', 'Giant_panda', 'Lizard', 'Parrot', 'Monkey', 'Rabbit', 'Tiger'),
    *('Fish', 'Turtle', 'Bicycle', 'Motorcycle', 'Airplane', 'Boat', 'Vehical'),
)
VIS_CLASSES = {
    'YouTube-VIS 2019': YOUTUBE_VIS_2019,
    'YouTube-VIS 2021': YOUTUBE_VIS_2021,
    'OVIS': OVIS,
}
"""Dataset -> its class names; a category index of a model counts from 0 in this order."""


def data_set_of(num_classes: int) -> str:
    """What a number of classes says about where a model comes from.

    Returns:
        Such as ``'25 classes (OVIS)'``; the two YouTube-VIS cannot be told apart.
    """
    names = [name for name, classes in VIS_CLASSES.items() if len(classes) == num_classes]
    return f'{num_classes} classes ({" or ".join(names) or "of no dataset that is known here"})'
