"""A MkDocs hook: pages that live in the root of the repository are pages of the site as well.

`docs/` links to them as a reader of the repository needs it (`../model_zoo.md`), they link into
`docs/`; both directions are rewritten for the site, where all pages share one root.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
PAGES = ('model_zoo.md', 'CONTRIBUTING.md', 'CHANGELOG.md')
_TO_ROOT = re.compile(r'\]\(((?:\.\./)*)\.\./(' + '|'.join(map(re.escape, PAGES)) + ')')


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages of the root."""
    for name in PAGES:
        text = (ROOT / name).read_text(encoding='utf-8').replace('](docs/', '](')
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lets a page of `docs/` find those of the root one folder nearer."""
    return markdown if page.file.src_uri in PAGES else _TO_ROOT.sub(r'](\1\2', markdown)
