from mevis.apis.parity.mutr_sides import Stages


def test_stages_sum_the_calls_of_a_method():
    class Part:
        def work(self):
            return 3

    class Model:
        part = Part()

    model = Model()
    stages = Stages(model, {'both': ['part.work']})
    assert model.part.work() == 3
    assert list(stages.seconds) == ['both']
    assert stages.seconds['both'] >= 0
