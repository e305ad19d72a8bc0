"""What every figure has: columns of numbers, a caption of two sentences, text that is readable."""

from __future__ import annotations

import ast
import pickle
import re
import sys
from importlib import import_module
from itertools import combinations
from pathlib import Path

import figures
from figures import stems

import numpy as np
import pytest
from matplotlib.figure import Figure

from logreg_unlearn import plots
from tests.figures.drawings import drawing

FOLDER = Path(figures.__file__).parent


def module(slug: str):
    return import_module(f"figures.{stems()[slug]}.{slug}")


def test_every_file_is_the_figure_of_a_claim() -> None:
    files = {path for path in FOLDER.glob("*/*.py") if not path.stem.startswith("_")}
    assert files == {FOLDER / stem / f"{slug}.py" for slug, stem in stems().items()}


@pytest.mark.parametrize("slug", stems())
def test_a_file_reads_lesson_caption_compute_draw(slug: str) -> None:
    read = module(slug)
    lesson = read.__doc__.strip()
    assert lesson.endswith(".") and "\n\n" not in lesson
    assert callable(read.compute) and callable(read.draw)
    assert isinstance(read.CAPTION, str) or callable(read.CAPTION)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_the_folder_works_under_any_name(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"numpy", "scipy", "matplotlib", "logreg_unlearn"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert node.module.split(".")[0] in allowed
        elif isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed


@pytest.mark.parametrize("slug", stems())
def test_a_table_is_columns_of_numbers_or_names(slug: str) -> None:
    for name, values in drawing(slug).table.items():
        assert isinstance(values, np.ndarray) and values.ndim == 1 and values.size, name
        assert values.dtype.kind in "fibU", name
        # what does not exist (a limit, a saddle) has no number at all
        exists = values.size > 1 and not name.startswith("y saddle")
        assert not exists or values.dtype.kind != "f" or np.isfinite(values).any(), name


@pytest.mark.parametrize("slug", stems())
def test_a_figure_is_drawn_from_its_table_alone(slug: str, monkeypatch) -> None:
    made = drawing(slug)
    table = pickle.loads(pickle.dumps(dict(made.table)))
    for name in ("minimise", "run", "follow", "minima", "solve", "solved", "real_problem"):
        if hasattr(module(slug), name):
            monkeypatch.setattr(module(slug), name, None)
    with plots.style():
        again = module(slug).draw(table)
    assert figures.image(again, format="png") == figures.image(made.figure, format="png")


@pytest.mark.parametrize("slug", stems())
def test_a_caption_is_two_sentences(slug: str) -> None:
    caption = drawing(slug).caption
    assert caption.endswith(".")
    assert len(re.findall(r"\.(?=\s+[A-Z]|$)", caption)) == 2
    assert not re.search(r"\b(e\.g|i\.e|cf|resp|w\.r\.t)\b|  ", caption)


def boxes(texts) -> list:
    """Return where the visible ones of these texts are drawn."""
    return [t.get_window_extent() for t in texts if t.get_visible() and t.get_text().strip()]


def overlap(first, second) -> bool:
    # boxes that touch share an edge: a pixel is no overlap
    wide = min(first.x1, second.x1) - max(first.x0, second.x0)
    high = min(first.y1, second.y1) - max(first.y0, second.y0)
    return wide > 1 and high > 1


def check_text(figure: Figure) -> None:
    """Assert that text is inside of the page, and that no label lies on another."""
    with plots.style():
        figure.draw_without_rendering()
    panels = [ax for ax in figure.axes if ax.axison]
    heads = boxes(text for ax in panels for text in (ax.title, ax.xaxis.label, ax.yaxis.label))
    heads += boxes([figure._suptitle]) if figure._suptitle else []
    assert not any(overlap(*pair) for pair in combinations(heads, 2))
    for axis in (axis for ax in panels for axis in (ax.xaxis, ax.yaxis)):
        ticks = boxes(axis.get_majorticklabels())
        assert not any(overlap(*pair) for pair in zip(ticks, ticks[1:], strict=False))
    legends = [*figure.legends, *(ax.get_legend() for ax in figure.axes if ax.get_legend())]
    for legend in legends:
        labels = [text.get_text() for text in legend.get_texts()]
        assert labels and len(set(labels)) == len(labels)
    inside = heads + boxes(text for ax in panels for text in ax.texts)
    for box in [*inside, *(legend.get_window_extent() for legend in legends)]:
        assert box.x0 >= -1 and box.x1 <= figure.bbox.width + 1
        assert box.y0 >= -1 and box.y1 <= figure.bbox.height + 1


@pytest.mark.parametrize("slug", stems())
def test_text_is_inside_of_the_page_and_apart(slug: str) -> None:
    check_text(drawing(slug).figure)


@pytest.mark.parametrize("slug", stems())
def test_every_axis_is_named_by_its_panel_or_at_the_edge(slug: str) -> None:
    panels = [ax for ax in drawing(slug).figure.axes if ax.axison and ax.get_subplotspec()]
    for ax in panels:
        place = ax.get_subplotspec()
        row = [a for a in panels if a.get_subplotspec().rowspan == place.rowspan]
        below = [a for a in panels if a.get_subplotspec().colspan == place.colspan]
        assert any(a.get_ylabel() for a in row) and any(a.get_xlabel() for a in below)
        assert ax.lines or ax.collections


def test_the_checks_of_text_can_fail() -> None:
    for mistake in ("label", "ticks", "legend"):
        with plots.style():
            figure, axes = plots.new_figure(1, 2, size=(3.0, 2.0))
            axes[0, 0].plot([0, 1], [0, 1], label="one")
            if mistake == "label":
                axes[0, 0].set_xlabel("much too long a label for a panel as small as this one is")
            if mistake == "ticks":
                axes[0, 0].set_xticks([0.0, 0.01], ["original", "oracle"])
            if mistake == "legend":
                axes[0, 0].plot([0, 1], [1, 0], label="one")
                axes[0, 0].legend()
        with pytest.raises(AssertionError):
            check_text(figure)
