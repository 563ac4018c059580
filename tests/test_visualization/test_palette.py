from mevis.visualization.palette import colour_of


def test_twenty_sentences_have_colours_that_can_be_told_apart():
    colours = [colour_of(index) for index in range(20)]
    assert all(0 <= value <= 255 for colour in colours for value in colour)
    distances = [
        sum(abs(a - b) for a, b in zip(one, other, strict=True))
        for index, one in enumerate(colours)
        for other in colours[:index]
    ]
    assert min(distances) > 30
