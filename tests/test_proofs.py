"""Every claim's proof reproduces its verdict and rejects its mutants; the command line."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import sympy as sp

from logreg_unlearn.claims import STEMS, Claim, Kind, Verdict, get_claim, load_claims
from proofs.kernel import check as runner
from proofs.kernel import command
from proofs.kernel.document import escape, latex, markdown_to_latex
from proofs.kernel.proof import assume, cite, proves, set_up, wrong
from proofs.kernel.show import HEADER, print_rich
from proofs.kernel.steps import Identity, Settled, Sign, Witness

ROOT = Path(__file__).resolve().parent.parent
CLAIMS = load_claims()
PROVED = [claim.slug for claim in CLAIMS if "proof" not in claim.gaps]
a = sp.Symbol("a", positive=True)
# To refute that one, the flow itself would have to be enclosed over ten units of time.
WEAK = {"toy_irreversibility_needs_long_ascent, ten_time_units"}


@proves
def sound(sign=wrong(1, wrong=-1)):
    yield assume("a > 0")
    yield Sign("a is positive", sign * a, ">")


@proves
def unproved(sign=wrong(1, wrong=-1)):
    yield Sign("a is not", -a, ">")


@proves
def lenient(sign=wrong(1, harmless=2)):
    yield Sign("twice a is positive too", sign * a, ">")


@proves
def vague(sign=wrong(1, wrong=None)):
    unknown = a - sp.Function("g", real=True)(a)
    yield Sign("a is positive, or nobody knows", a if sign else unknown, ">")


@proves
def fragile(sign=wrong(1, broken=None)):
    yield Sign("times None", sign * a, ">")


@proves
def crashing(sign=wrong(1, wrong=-1)):
    yield Sign("a", a, ">")
    raise ZeroDivisionError("a proof that divides by zero\nin two lines")


def pretend(monkeypatch, **proofs):
    """Put claims of these names, with these proofs, in the place of all others."""
    claims = tuple(
        Claim(name, "derivatives", "beyond the paper", "$a > 0$", Kind.SHARP, Verdict.HOLDS)
        for name in proofs
    )
    module = SimpleNamespace(**{name: f for name, f in proofs.items() if f is not None})
    monkeypatch.setattr(runner, "import_module", lambda name, package: module)
    monkeypatch.setattr(command, "load_claims", lambda stem=None: claims)
    return claims


@pytest.mark.parametrize("slug", PROVED)
def test_verdict_is_reproduced(slug):
    claim = get_claim(slug)
    row = runner.check(claim, with_mutants=False)
    assert row.failures == []
    assert row.steps > 0


@pytest.mark.parametrize("slug", PROVED)
def test_every_mutant_is_rejected(slug):
    function = runner.find_proof(get_claim(slug))
    fates = {name: runner.reject(function, name) for name in function.mutants}
    rejected = ("refuted at: ", "undecided at: ", "set-up fails at: ")
    assert {name: fate for name, fate in fates.items() if not fate.startswith(rejected)} == {}
    # at least one wrong version is shown to be false, in a step of the claim's own content
    assert any(fate.startswith("refuted at: ") for fate in fates.values())
    weak = {name for name, fate in fates.items() if not fate.startswith("refuted at: ")}
    assert {f"{slug}, {name}" for name in weak} <= WEAK


@pytest.mark.parametrize("slug", PROVED)
def test_proof_speaks_of_its_assumptions_and_steps(slug):
    proof = runner.find_proof(get_claim(slug))()
    assert proof.assumptions
    assert all(step.what for step in proof.steps)
    text = latex(get_claim(slug), proof)
    for environment in ("document", "itemize", "enumerate"):
        wanted = 1 + (environment == "itemize" and bool(proof.cited))
        begun, ended = (text.count(rf"\{end}{{{environment}}}") for end in ("begin", "end"))
        assert begun == ended == wanted
    unescaped = re.sub(r"\\[{}]", "", text)
    assert unescaped.count("{") == unescaped.count("}")
    assert text.isascii() or set(filter(lambda c: not c.isascii(), text)) <= set("–")


def test_gaps_are_the_only_claims_without_a_proof():
    for claim in CLAIMS:
        if "proof" in claim.gaps:
            assert runner.check(claim, with_mutants=True).result == "no proof (declared)"


def test_mutants_share_the_code_of_the_proof():
    assert runner.reject(sound, "wrong").startswith("refuted at: a is positive")
    assert runner.reject(vague, "wrong").startswith("undecided at: a is positive, or nobody knows")
    assert runner.reject(lenient, "harmless") == "survived"
    assert runner.reject(fragile, "broken").startswith("crashed: ")


def test_a_mutant_that_fails_in_the_set_up_is_weak():
    @proves
    def tied(sign=wrong(1, wrong=-1)):
        yield from set_up([Identity("the gradient", sign * a, a)])
        yield Sign("a is positive", sign * a, ">")

    assert runner.reject(tied, "wrong").startswith("set-up fails at: the gradient")
    assert [step.setup for step in tied().steps] == [True, False]


def test_what_is_cited_is_counted_apart(monkeypatch, capsys):
    @proves
    def citing(sign=wrong(1, wrong=-1)):
        yield cite("a_theorem")
        yield Sign("a", sign * a, ">")

    @proves
    def alike(sign=wrong(1, wrong=-1)):
        yield Sign("a", sign * a, ">")
        yield Settled("all", 0)
        yield cite("a_theorem")

    claims = pretend(monkeypatch, first=citing, second=alike, third=sound)
    assert command.main(["--only", "derivatives"]) == 0
    out = capsys.readouterr().out
    assert "4 steps checked, 1 theorem cited" in out
    assert "cited, not checked: a_theorem (first, second)\n" in out
    text = latex(claims[0], citing())
    assert r"\paragraph{Cited, not checked}" in text and r"\item a\_theorem." in text
    assert "1 step checked, 1 theorem cited" in text
    assert "Cited" not in latex(claims[2], sound())


def test_no_theorem_hides_among_the_assumptions():
    words = re.compile(r"theorem|converges to|monotone convergence|implies chaos", re.IGNORECASE)
    for slug in PROVED:
        for text in runner.find_proof(get_claim(slug))().assumptions:
            assert not words.search(text), f"{slug}: {text}"


@pytest.mark.parametrize(
    ("proof", "options", "status", "said"),
    [
        (sound, [], 0, "1 of 1 verdicts reproduced"),
        (sound, ["--mutants"], 0, "mutant wrong: refuted at: a is positive"),
        (sound, ["--mutants"], 0, "1 mutant: 1 refuted, 0 weak"),
        (vague, ["--mutants"], 1, "FAILED it: no mutant of the claim's content is refuted"),
        (vague, ["--mutants"], 1, "1 mutant: 0 refuted, 1 weak"),
        (unproved, [], 1, "FAILED it: a is not: the sign is negative"),
        (lenient, [], 0, "1 of 1 verdicts reproduced"),
        (lenient, ["--mutants"], 1, "FAILED it: mutant harmless survived"),
        (fragile, ["--mutants"], 1, "FAILED it: mutant broken crashed"),
        (crashing, [], 1, "FAILED it: ZeroDivisionError: a proof that divides by zero\n"),
        (None, [], 1, "expected a proof proofs/derivatives.py::it, got none"),
    ],
)
def test_exit_status_is_the_verdict(monkeypatch, capsys, proof, options, status, said):
    pretend(monkeypatch, it=proof)
    assert command.main(["--only", "derivatives", *options]) == status
    assert said in capsys.readouterr().out


def test_one_failure_does_not_hide_the_others(monkeypatch, capsys):
    pretend(monkeypatch, first=crashing, second=sound)
    assert command.main(["--only", "derivatives"]) == 1
    out = capsys.readouterr().out
    assert "1 of 2 verdicts reproduced" in out
    assert re.search(r"^second .* reproduced$", out, re.MULTILINE)


def test_a_missing_stem_is_one_line(monkeypatch, capsys):
    def missing(stem=None):
        raise ModuleNotFoundError("No module named 'logreg_unlearn.claims.absent'")

    monkeypatch.setattr(command, "load_claims", missing)
    assert command.main([]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_missing_proof_module_is_a_failure(monkeypatch, capsys):
    claims = pretend(monkeypatch, it=sound)
    monkeypatch.setattr(runner, "import_module", lambda *name: __import__("absent_module"))
    assert "expected a module proofs/derivatives" in runner.check(claims[0], False).failures[0]


def test_json_is_read_by_machines(capsys):
    assert command.main(["--only", "random_sets", "--json", "--mutants"]) == 0
    captured = capsys.readouterr()
    rows = json.loads(captured.out)
    assert [row["slug"] for row in rows] == [c.slug for c in load_claims("random_sets")]
    assert all(row["reproduced"] for row in rows)
    proved = [row for row in rows if row["steps"]]
    assert len(proved) > 2 and all(row["mutants"] for row in proved)
    assert captured.err.count("\n") == len(rows)


def test_plain_table_is_aligned(capsys):
    assert command.main(["--only", "random_sets", "--only", "certificates"]) == 0
    wanted = len(load_claims("random_sets")) + len(load_claims("certificates"))
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split() == list(HEADER)
    edge = header.index("result")
    assert [row[edge - 2 :] for row in rows[:wanted]] == ["  reproduced"] * wanted
    assert all(row.startswith("cited, not checked: ") for row in rows[wanted:-1])
    assert rows[-1].startswith(f"{wanted} of {wanted}")


def test_table_on_a_terminal(monkeypatch, capsys):
    claims = pretend(monkeypatch, first=sound, second=unproved)
    rows = print_rich(claims, (runner.check(c, False) for c in claims))
    out = capsys.readouterr().out
    assert [row.reproduced for row in rows] == [True, False]
    assert "first" in out
    assert "FAILED" in out


def test_latex_shows_the_derivation(capsys):
    assert command.main(["--latex", "random_cancellation"]) == 0
    text = capsys.readouterr().out
    assert r"\section*{random\_cancellation (beyond the paper)}" in text
    assert r"\item two of them together:" in text
    assert "n_{F} - 1" in text
    assert text.count(r"\[") == text.count(r"\]") > 8


def test_latex_of_a_failing_proof_is_refused(monkeypatch, capsys):
    claims = pretend(monkeypatch, it=unproved)
    monkeypatch.setattr(command, "get_claim", lambda slug: claims[0])
    assert command.main(["--latex", "it"]) == 1
    assert capsys.readouterr().out == ""


def test_words_are_escaped_and_formulas_are_not():
    assert escape("a_b^2 < 5% & |x| {y}") == (
        r"a\_b\textasciicircum{}2 \textless{} 5\% \& \textbar{}x\textbar{} \{y\}"
    )
    assert markdown_to_latex("**a_b** is `c_d`: $x_1 < 2$ and $$y^2$$.") == (
        r"\textbf{a\_b} is \texttt{c\_d}: $x_1 < 2$ and \[ y^2 \]."
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--only", "nothing"], "expected --only with a stem or claim such as"),
        (["--only", "harm_treshold"], "such as harm_threshold, got 'harm_treshold'"),
        (["--latex", "harm_certifcate"], "expected a claim such as harm_certificate"),
        (["--latex", "harm_certificate", "--only", "certificates"], "expected --latex alone"),
        (["--json", "--latex", "harm_certificate"], "not allowed with"),
        (["--unknown"], "unrecognized arguments: --unknown"),
        (["--only"], "expected one argument"),
    ],
)
def test_bad_arguments_are_one_line_and_status_2(capsys, arguments, expected):
    with pytest.raises(SystemExit) as stop:
        command.main(arguments)
    captured = capsys.readouterr()
    assert stop.value.code == 2
    assert captured.out == ""
    assert expected in captured.err
    assert captured.err.count("\n") == 1


def test_only_takes_stems_and_claims(capsys):
    assert command.main(["--only", "random_sets", "--only", "harm_certificate", "--json"]) == 0
    found = [row["slug"] for row in json.loads(capsys.readouterr().out)]
    expected = [c.slug for c in CLAIMS if c.stem == "random_sets" or c.slug == "harm_certificate"]
    assert found == expected and len(found) == len(set(found)) > 1


def test_a_process_returns_the_status_and_help_is_quick():
    def process(*arguments):
        return subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "proofs", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    helped = process("--help")
    assert helped.returncode == 0
    assert "sympy" not in helped.stderr
    assert all(stem in helped.stdout for stem in STEMS)
    assert process("--only", "nothing").returncode == 2
    assert process("--only", "random_sets").returncode == 0


def test_proofs_run_under_the_name_that_they_have_when_installed(tmp_path):
    package = tmp_path / "logreg_unlearn"
    shutil.copytree(ROOT / "logreg_unlearn", package)
    shutil.copytree(ROOT / "proofs", package / "proofs")
    program = (
        "import logreg_unlearn.claims as claims, logreg_unlearn.proofs.__main__ as command\n"
        "print(claims.__file__, claims.get_claim('harm_threshold').place('proof'))\n"
        "raise SystemExit(command.main(['--only', 'random_sets', '--only', 'opposite_sides']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(package) in done.stdout
    assert "proofs/single_coordinate/harm.py::harm_threshold" in done.stdout
    wanted = len(load_claims("random_sets")) + 1
    assert f"{wanted} of {wanted} verdicts reproduced" in done.stdout


@pytest.mark.parametrize("stem", STEMS)
def test_a_folder_of_proofs_exports_exactly_its_claims(stem):
    folder = ROOT / "proofs" / stem
    if not folder.is_dir():
        return
    slugs = [claim.slug for claim in CLAIMS if claim.stem == stem and "proof" not in claim.gaps]
    module = importlib.import_module(f"proofs.{stem}")
    assert sorted(module.__all__) == sorted(slugs)


def test_verdicts_that_change_a_statement_carry_a_counterexample():
    for claim in CLAIMS:
        if claim.verdict in (Verdict.AMENDED, Verdict.REFUTED) and "proof" not in claim.gaps:
            steps = runner.find_proof(claim)().steps
            assert any(isinstance(step, Witness) for step in steps), claim.slug
