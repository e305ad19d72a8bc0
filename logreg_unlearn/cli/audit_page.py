"""An audit as one self-contained HTML page to hand on.

Names of the file's columns and labels are in it, escaped; no row of the data is, nor any weight.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from logreg_unlearn.assess.audit import Audit
from logreg_unlearn.assess.words import describe, weights_words
from logreg_unlearn.cli.audit_text import features, footnotes, foreseen, labels_in_words, tables
from logreg_unlearn.data import DataSet

_STYLE = """
body { margin: 0 auto; padding: 1rem; max-width: 60rem; color: #1a1a1a; background: #fff;
  font: 1rem/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
h1 { line-height: 1.2; } h2 { margin: 2rem 0 .5rem; }
.do { border-left: .35rem solid #0072b2; padding: .4rem 0 .4rem 1rem; font-size: 1.15rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem .2rem 0; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child { text-align: left; }
img { display: block; width: 100%; height: auto; }
.note, footer { color: #555; font-size: .9rem; } code { overflow-wrap: anywhere; }
"""


def page(result: Audit, data: DataSet, record: dict[str, Any], drawn: Mapping[str, bytes]) -> str:
    """Return the page.

    Parameters
    ----------
    result : Audit
    data : DataSet
        Its names are shown, its rows are not.
    record : dict
        The audit as plain data: hashes and versions are taken from it.
    drawn : mapping of str to bytes
        The figures by their names; the PNG are embedded.
    """
    title = f"Unlearning audit of {data.name}"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(_blocks(title, result, data, record, drawn))
        + "\n</body></html>\n"
    )


def _blocks(
    title: str, result: Audit, data: DataSet, record: dict[str, Any], drawn: Mapping[str, bytes]
) -> Iterator[str]:
    about = record["data"]
    yield f"<h1>{_text(title)}</h1>"
    yield _paragraph(f"What to do: {result.advice.sentence()}.", "do")
    yield _paragraph(
        f"{about['rows']} rows, {about['columns']} columns, {about['forget']} rows to forget; "
        f"{record['loss']} loss, ridge {record['ridge']:g}. "
        f"{_labels(data)}. "
        "The oracle is the model that retraining without these rows gives: "
        f"{result.refit}. The noise is for "
        f"(epsilon, delta) = ({result.advice.epsilon:g}, {result.advice.delta:g})."
    )
    said = weights_words(result)
    if said:
        yield _paragraph(f"{said[0].upper()}{said[1:]}.")
    yield "<h2>What the methods do</h2>"
    yield _paragraph(result.sentence())
    for outcome in result.outcomes[1:]:
        yield _paragraph(f"{describe(outcome)}.")
    for heading, heads, rows, _ in tables(result):
        yield f"<h2>{_text(heading)}</h2>"
        yield _table(heads, rows)
    yield '<p class="note">' + "<br>".join(map(_text, footnotes(result))) + "</p>"
    yield "<h2>On the way</h2>"
    alt = "Distance to the retrained optimum against steps, a line for each method: " + "; ".join(
        describe(outcome) for outcome in result.outcomes
    )
    yield _image(alt, drawn["audit.png"])
    for line in foreseen(result):
        yield _paragraph(f"{line[0].upper()}{line[1:]}.".replace("\n", " "))
    yield _image(f"Spectrum of the deletion: {result.spectrum.sentence()}", drawn["deletion.png"])
    if result.requests is not None:
        alt = "Distance to the oracle of all requests so far after each, a line for each removal"
        yield _image(alt, drawn["requests.png"])
    yield "<h2>What was audited</h2>"
    yield '<p class="note">' + "<br>".join(map(_text, _columns(data))) + "</p>"
    yield "<footer>"
    for name, digest in record["sha256"].items():
        yield f"<p>SHA-256 of the {_text(name)}: <code>{_text(digest)}</code></p>"
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    yield f"<p>{_text(versions)}</p></footer>"


def _labels(data: DataSet) -> str:
    if data.count == 2:
        return f"{data.label_values[0]!r} is the class -1, {data.label_values[1]!r} the class +1"
    return f"The labels: {labels_in_words(data)}"


def _columns(data: DataSet) -> list[str]:
    """Return what the columns are, unless their names may be a row of the data."""
    own = data.feature_names[: data.intercept]
    if all(map(_is_number, own)):
        return [
            "features: not named, as the header holds numbers only and may be a row of the data"
        ]
    return features(data)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def _image(alt: str, png: bytes) -> str:
    data = base64.b64encode(png).decode("ascii")
    return f'<img alt="{_text(alt)}" src="data:image/png;base64,{data}">'


def _paragraph(text: str, name: str = "") -> str:
    return f'<p class="{name}">{_text(text)}</p>' if name else f"<p>{_text(text)}</p>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{_text(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = "\n".join(line("td", row) for row in rows)
    return f'<div class="scroll"><table>{line("th", heads)}\n{body}</table></div>'


def _text(text: str) -> str:
    """Return text as HTML shows it; whatever it holds is no markup, in an attribute neither."""
    return html.escape(text, quote=True)
