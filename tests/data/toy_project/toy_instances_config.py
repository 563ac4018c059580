# The toy model of instances, on the videos of a tiny MeViS.
_base_ = ['toy_val_config.py']
custom_imports = dict(imports=['toy_instances', 'killer_hook'])
model = dict(_delete_=True, type='ToyInstanceSegmentor')
