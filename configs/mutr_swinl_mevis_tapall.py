# MUTR with Swin-L as the winners of the 2024 challenge tested it (arXiv 2406.07043).
# Changes mutr_swinl_local.py by the test: short side 432 without a bound of the other, interleaved
# clips of at most 30 frames, each answered by its own best query.
# Command: tools/test.py configs/mutr_swinl_mevis_tapall.py WEIGHTS
# Their other mode (--no_sampling), one query for the whole video, chosen by MTI over all clips:
#     --cfg-options model.clip_query=joint_choice model.clip_order=consecutive
# Hardware: one GPU of 40 GB.
# J&F on valid_u: 56.92 by a user of their weights; ours: not run.
# WEIGHTS is their released file as it is; should its class head have another size, the message says
# so: --cfg-options model.num_classes=N.  Where a video does not divide, some of their clips are one
# frame shorter; here that frame repeats the clip's last one.
_base_ = ['mutr_swinl_local.py']
model = dict(clip_length=30, clip_query='own')
train_dataloader = dict(
    dataset=dict(
        frame_sampler=dict(_delete_=True, type='MUTRFrameSampler', num_frames=5),
        centre_stride=5,
    ),
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadResizedFrames', short_side=432),
            *_base_.val_dataloader.dataset.pipeline[1:],
        ],
    ),
)
test_dataloader = val_dataloader
