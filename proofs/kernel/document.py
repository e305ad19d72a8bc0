"""One derivation as a LaTeX document."""

from __future__ import annotations

import re
from typing import Any

from logreg_unlearn.claims import Claim

from .show import counted


def latex(claim: Claim, proof: Any) -> str:
    """Return a LaTeX document with the derivation: statement, assumptions, steps."""
    words, cited = (
        "\n".join(rf"\item {escape(text)}." for text in texts)
        for texts in (proof.assumptions, proof.cited)
    )
    steps = "\n".join(
        rf"\item {escape(step.what)}:" + "\n" + rf"\[ {step.latex()} \]" for step in proof.steps
    )
    count = f"{counted(len(proof.steps), 'step')} checked"
    count += f", {counted(len(proof.cited), 'theorem')} cited" if cited else ""
    return "\n".join(
        (
            r"\documentclass{article}",
            r"\usepackage[T1]{fontenc}",
            r"\usepackage{amsmath,amssymb}",
            r"\allowdisplaybreaks",
            r"\begin{document}",
            rf"\section*{{{escape(claim.slug)} ({escape(claim.source)})}}",
            markdown_to_latex(claim.statement),
            rf"\paragraph{{Verdict}} {escape(claim.verdict.name.lower())}.",
            *([markdown_to_latex(claim.finding)] if claim.finding else []),
            r"\paragraph{Assumptions}",
            _list(words),
            *([rf"\paragraph{{Cited, not checked}}{chr(10)}{_list(cited)}"] if cited else []),
            rf"\paragraph{{Derivation}} {count}.",
            rf"\begin{{enumerate}}{chr(10)}{steps}{chr(10)}\end{{enumerate}}",
            r"\end{document}",
        )
    )


def _list(items: str) -> str:
    return rf"\begin{{itemize}}{chr(10)}{items}{chr(10)}\end{{itemize}}"


def escape(text: str) -> str:
    """Return plain words as LaTeX text."""
    special = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    special |= {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "§": r"\S{}"}
    special |= {character: "\\" + character for character in "&%$#_{}"}
    return "".join(special.get(character, character) for character in text)


def markdown_to_latex(text: str) -> str:
    """Turn bold and code into LaTeX and escape words, leaving formulas as they are."""
    pieces = re.split(r"(\$\$.+?\$\$|\$.+?\$|\*\*.+?\*\*|`.+?`)", text, flags=re.DOTALL)

    def turn(piece: str) -> str:
        if piece.startswith("$$"):
            return rf"\[ {piece[2:-2]} \]"
        if piece.startswith("$"):
            return piece
        if piece.startswith("**"):
            return rf"\textbf{{{escape(piece[2:-2])}}}"
        if piece.startswith("`"):
            return rf"\texttt{{{escape(piece[1:-1])}}}"
        return escape(piece)

    return "".join(turn(piece) for piece in pieces)
