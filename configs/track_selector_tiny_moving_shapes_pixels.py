# The small selector behind the small MinVIS: from pixels to answers, as make demo does.
# Changes track_selector_tiny_moving_shapes.py by where its tracks come from in testing.
# Command: tools/test.py configs/track_selector_tiny_moving_shapes_pixels.py
#     weights/track_selector_tiny_moving_shapes.safetensors
# Hardware: one CPU core.
# J&F on valid_u of MovingShapes: that of track_selector_tiny_moving_shapes.py, see model_zoo.md.
# tools/make_moving_shapes.py data/moving_shapes --train 0 --valid-u 100
_base_ = ['track_selector_tiny_moving_shapes.py']
model = dict(
    track_source=dict(
        _delete_=True,
        type='DVISTracks',
        config='mevis::dvis_tiny_moving_shapes_minvis.py',
        checkpoint='mevis::weights/dvis_tiny_moving_shapes_minvis.safetensors',
        # As many as a test reads from a file.
        options={'model.num_instances': 10},
    ),
)
val_dataloader = dict(dataset=dict(instance_masks_dir=None))
test_dataloader = val_dataloader
