"""What every legend of a figure keeps to."""

from __future__ import annotations


def check_legends(figure, whole: bool = True) -> None:
    """Check the legends: no label twice and, if asked, none outside the figure."""
    figure.draw_without_rendering()
    for legend in figure.legends:
        labels = [text.get_text() for text in legend.get_texts()]
        assert len(set(labels)) == len(labels)
        assert not any(label.startswith("_") for label in labels)
        if whole:
            box, page = legend.get_window_extent(), figure.bbox
            assert box.x0 >= -1.0 and box.x1 <= page.width + 1.0, "the legend is cut off"
            assert box.y0 >= -1.0 and box.y1 <= page.height + 1.0
