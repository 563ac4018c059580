from mmdet.datasets import YouTubeVISDataset

from mevis.structures.vis_classes import OVIS, VIS_CLASSES, data_set_of


def test_youtube_vis_is_in_mmdets_order():
    for year in ('2019', '2021'):
        YouTubeVISDataset.set_dataset_classes(year)
        assert VIS_CLASSES[f'YouTube-VIS {year}'] == YouTubeVISDataset.METAINFO['classes']


def test_ovis_has_its_25_classes():
    assert len(OVIS) == len(set(OVIS)) == 25
    assert (OVIS[0], OVIS[12], OVIS[24]) == ('Person', 'Giant_panda', 'Vehical')


def test_a_number_of_classes_names_its_data_sets():
    assert data_set_of(25) == '25 classes (OVIS)'
    assert data_set_of(40) == '40 classes (YouTube-VIS 2019 or YouTube-VIS 2021)'
    assert data_set_of(1) == '1 classes (of no dataset that is known here)'
