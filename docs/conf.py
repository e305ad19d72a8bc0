from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, os.path.abspath(".."))

import logreg_unlearn

project = "logreg-unlearn"
author = "The logreg-unlearn developers"
copyright = f"2026, {author}"
release = logreg_unlearn.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]

myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
myst_heading_anchors = 3
myst_dmath_double_inline = True  # statements set a display inside a sentence

autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False

# Formulas as MathML, which browsers draw by themselves: the pages work without a network.
# Where the converter is not installed, MathJax is loaded from its CDN instead.
_OFFLINE = find_spec("latex2mathml") is not None
html_math_renderer = "mathml" if _OFFLINE else "mathjax"


def _mathml(translator: Any, node: Any, display: str) -> None:
    from docutils import nodes
    from latex2mathml.converter import convert

    text = node.astext()
    if display == "block" and r"\\" in text and r"\begin" not in text:
        text = rf"\begin{{aligned}}{text}\end{{aligned}}"
    translator.body.append(convert(text, display=display))
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Register the renderer; a page of formulas needs nothing else."""
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(lambda translator, node: _mathml(translator, node, "inline"), None),
        block_renderers=(lambda translator, node: _mathml(translator, node, "block"), None),
    )
