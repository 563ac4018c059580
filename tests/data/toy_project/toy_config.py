# The smallest model with which everything around a model can be tested.
_base_ = ['toy_engine.py']
model = dict(type='ToySegmentor')
