# MUTR with ResNet-50 on JHMDB-Sentences, a test alone: by weights trained on A2D-Sentences.
# Command: tools/test.py configs/mutr_r50_jhmdb.py WEIGHTS, with those of mutr_r50_a2d.py
# Hardware: one GPU of 24 GB; not run.
# mAP, mIoU and cIoU on test (images have no J&F): not in the paper; ours: not run.
_base_ = ['mutr_r50_a2d.py']
test_dataloader = dict(
    dataset=dict(type='JHMDBSentencesDataset', data_root='data/jhmdb_sentences'),
)
