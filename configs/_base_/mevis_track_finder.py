# A source of tracks as a model, for videos of MeViS: nothing is trained, and frames are read when
# the source asks for them.
_base_ = ['datasets/mevis_instances.py']
model = dict(
    type='TrackFinder',
    data_preprocessor=dict(type='RefVidSegDataPreprocessor'),
)
test_dataloader = dict(
    dataset=dict(
        pipeline=[dict(type='OpenClipFrames'), dict(type='PackRefVidSegInputs')],
    ),
)
# The usual wrapper refuses a model without trained weights.
model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel')
