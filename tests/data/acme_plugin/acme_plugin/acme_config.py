"""Every slot filled by the third party, by name alone."""

custom_imports = {'imports': ['acme_plugin'], 'allow_failed_imports': False}
default_scope = 'mevis'

frame_sampler = {'type': 'AcmeEvenFrameSampler', 'num_frames': 4}
text_encoder = {'type': 'AcmeLetterTextEncoder', 'embed_dims': 16}
query_initializer = {'type': 'AcmePooledQueryInitializer', 'num_queries': 5, 'embed_dims': 16}
refiner = {'type': 'AcmeGrowingRefiner', 'pixels': 2}
backbone = {'type': 'AcmeBackbone', 'width': 8}
track_source = {'type': 'AcmeHalvesTracks'}
