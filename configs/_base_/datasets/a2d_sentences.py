# A2D-Sentences, laid out as in docs/guides/datasets.md: single annotated frames.
_base_ = ['ref_vid_seg.py']
train_dataloader = dict(
    dataset=dict(
        type='A2DSentencesDataset',
        data_root='data/a2d_sentences',
        split='train',
        frame_sampler=dict(num_frames=1),
    ),
)
val_dataloader = dict(
    dataset=dict(type='A2DSentencesDataset', data_root='data/a2d_sentences', split='test'),
)
test_dataloader = val_dataloader
