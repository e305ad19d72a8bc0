"""What every drawing has: a caption of two sentences and legends inside the figure."""

from __future__ import annotations

import re

from _figures import Drawing


def check_caption_and_legends(drawing: Drawing) -> None:
    """Assert two sentences without abbreviations, and whole legends without duplicates."""
    assert drawing.caption.endswith(".")
    assert len(re.findall(r"\.(?=\s+[A-Z]|$)", drawing.caption)) == 2
    assert not re.search(r"\b(e\.g|i\.e|cf|resp|w\.r\.t)\b", drawing.caption)
    drawing.figure.draw_without_rendering()
    for legend in drawing.figure.legends:
        labels = [text.get_text() for text in legend.get_texts()]
        assert len(set(labels)) == len(labels)
        box, page = legend.get_window_extent(), drawing.figure.bbox
        assert box.x0 >= -1 and box.x1 <= page.width + 1
        assert box.y0 >= -1 and box.y1 <= page.height + 1
