"""The work is as much as was asked for."""

from mevis.apis.scaling.workload import Work, measure_apart


def test_every_sentence_is_answered_in_every_frame():
    work = Work(frames=3, sentences=2, height=64, width=96, instances=2, queries=4)
    measured = measure_apart(work, small=True)
    assert [len(answer.rles) for answer in measured.result] == [3, 3]
    assert measured.result[0].rles[0]['size'] == [64, 96]
    assert measured.cpu_seconds > 0
