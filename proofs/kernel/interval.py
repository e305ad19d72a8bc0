"""Interval arithmetic that rounds outwards: every result contains the true value.

``mpmath.iv`` supplies ``+ - * /`` and integer powers: in its sources (mpmath 1.3, ``libmpi``)
each rounds the exact result at the ends down and up, ``mpf_pow_int`` in every intermediate
product.  Its functions are not used: they round a value that may itself be off in the last
place (mpmath issues 445 and 1181).  Here everything rests on ``e^x`` at a number, computed in
integers with a proven remainder; ``log`` and Lambert's ``W`` are brackets checked by it.
"""

from __future__ import annotations

from functools import cache
from math import isqrt
from typing import Any

from mpmath import iv, mp, mpf
from mpmath.libmp import finf, fninf, fone, from_man_exp, fzero, round_ceiling, round_floor

DIGITS = 40

# Beyond 2^64 the result has more digits before the point than any claim needs.
_LARGEST = 64
# Bits that truncations may lose: a dozen terms and halvings lose a unit each.
_GUARD = 20

Interval = type(iv.mpf(0))


class NotEnclosed(ValueError):
    """The expression has a part that no rule encloses."""


def exp(x: Any) -> Any:
    """Enclose ``e^x``, which increases: the lower end of the lower, the upper of the upper."""
    low, high = x._mpi_
    return iv.make_mpf((_exp_end(low, iv.prec, False), _exp_end(high, iv.prec, True)))


def _exp_end(x: Any, prec: int, upper: bool) -> Any:
    """Return a number at or beyond ``e^x`` on the wanted side; ``x`` is a raw ``mpf``.

    In units of ``2^-bits``: ``x = n ln 2 + r`` with r in [0, ln 2 + tiny), then the Taylor
    series at ``r/2^halvings < 1/4``, then squarings.  Every quotient and shift is rounded to
    the wanted side, all being positive.  The terms left out sum to less than the last one
    taken, since each is below a quarter of the one before.
    """
    sign, man, exponent, size = x
    if not man:
        if x == fzero:
            return fone
        if x == (fninf if upper else finf) or x not in (finf, fninf):
            raise NotEnclosed("exp of an end that is not a finite number")
        return fzero if x == fninf else finf
    magnitude = max(0, exponent + size)
    if magnitude > _LARGEST:
        raise NotEnclosed("exp of a number beyond 2^64")
    halvings = 2 + isqrt(prec) // 2
    bits = prec + _GUARD + 2 * halvings + magnitude

    def shift(number: int, places: int) -> int:
        """Return ``number / 2^places`` rounded to the wanted side."""
        if places <= 0:
            return number << -places
        return -(-number >> places) if upper else number >> places

    scaled = shift(-man if sign else man, -exponent - bits)
    least, most = _ln2(bits)
    n = scaled // least
    r = scaled - n * ((least if upper else most) if n >= 0 else (most if upper else least))
    if r < 0:  # only where the lower end lost a few units
        n, r = n - 1, r + least
    r = shift(r, halvings)
    one = 1 << bits
    total, term, j = one, one, 1
    while term > (1 if upper else 0):
        term = shift(term * r, bits)
        term = -(-term // j) if upper else term // j
        total, j = total + term, j + 1
    total += 1 if upper else 0
    for _ in range(halvings):
        total = shift(total * total, bits)
    return from_man_exp(total, n - bits, prec, round_ceiling if upper else round_floor)


@cache
def _ln2(bits: int) -> tuple[int, int]:
    """Return integers below and above ``2^bits ln 2``: ``ln 2 = 2 sum 1/((2j+1) 3^(2j+1))``."""
    extra = 20  # fewer than 2^20 terms, each rounded down by less than a unit twice
    power, total, j = (2 << (bits + extra)) // 3, 0, 1
    while power:
        total, power, j = total + power // j, power // 9, j + 2
    return total >> extra, (total >> extra) + 2


def sqrt(x: Any) -> Any:
    """Enclose the square root of a non-negative interval."""
    if not x >= 0:
        raise NotEnclosed("square root of a number that may be negative")

    def end(number: Any, upper: bool) -> Any:
        _, man, exponent, size = number
        if not man:
            return number
        places = max(0, 2 * iv.prec + 4 - size)
        places += (exponent - places) % 2
        root = isqrt(man << places)
        root += 1 if upper and root * root != man << places else 0
        rounding = round_ceiling if upper else round_floor
        return from_man_exp(root, (exponent - places) // 2, iv.prec, rounding)

    return iv.make_mpf((end(x._mpi_[0], False), end(x._mpi_[1], True)))


def log(x: Any) -> Any:
    """Enclose the logarithm: ``y`` is beyond ``log x`` where ``e^y`` is proved beyond ``x``."""
    if not x > 0 or finf in x._mpi_:
        raise NotEnclosed("log of a number that may not be positive and finite")
    return iv.make_mpf((_log_end(x._mpi_[0], -1), _log_end(x._mpi_[1], 1)))


def _log_end(x: Any, side: int) -> Any:
    if x == fone:
        return fzero
    with mp.workprec(iv.prec + _GUARD):
        guess = mp.log(mp.make_mpf(x))
        # near x = 1 the bracket is as narrow as log x is small
        prec = iv.prec + _GUARD + max(0, -mp.mag(guess))
        for lost in range(0, iv.prec, 4):
            end = guess + side * abs(guess) * mpf(2) ** (lost - iv.prec)
            reached = mp.make_mpf(_exp_end(end._mpf_, prec, side < 0)) - mp.make_mpf(x)
            if reached * side >= 0:
                return end._mpf_
    raise NotEnclosed("log not resolved")


def tanh(x: Any) -> Any:
    """Enclose ``tanh x = 1 - 2/(e^2x + 1)``, in which x stands once."""
    return 1 - 2 / (exp(2 * x) + 1)


def lambert(z: Any, branch: Any = None) -> Any:
    """Enclose W_k by widening mpmath's value until w e^w brackets z on both ends."""
    k = 0 if branch is None else int(mpf(branch.a))
    if k not in (0, -1):
        raise NotEnclosed("LambertW on a branch that is not real")
    if not z > -exp(iv.mpf(-1)):
        raise NotEnclosed("LambertW outside the interior of its real domain")
    with mp.workdps(iv.dps + 10):
        ends = [mp.lambertw(as_number(end), k).real for end in (z.a, z.b)]
        low, high = min(ends), max(ends)
        for digits in range(iv.dps - 5, 5, -5):
            slack = mpf(10) ** (-digits) * (1 + abs(low) + abs(high))
            left, right = iv.mpf(low - slack), iv.mpf(high + slack)
            inside = left > -1 if k == 0 else right < -1
            at_left, at_right = left * exp(left), right * exp(right)
            # w e^w increases above -1 and decreases below it
            rising = at_left < z and at_right > z
            if inside and (rising if k == 0 else at_left > z and at_right < z):
                return iv.mpf([left.a, right.b])
    raise NotEnclosed("LambertW too close to its branch point")


def absolute(x: Any) -> Any:
    """Enclose ``|x|``."""
    if x > 0:
        return x
    return -x if x < 0 else iv.mpf([0, max(-x.a, x.b, key=as_number)])


def largest(*items: Any) -> Any:
    """Enclose the maximum end by end; ends stay intervals, so nothing is rounded."""
    highest = max((item.b for item in items), key=as_number)
    return iv.mpf([max((item.a for item in items), key=as_number), highest])


def smallest(*items: Any) -> Any:
    """Enclose the minimum end by end."""
    lowest = min((item.a for item in items), key=as_number)
    return iv.mpf([lowest, min((item.b for item in items), key=as_number)])


def as_number(end: Any) -> Any:
    """Return the number an interval's end is (a point interval), without rounding it."""
    return mp.make_mpf(end._mpi_[0])


def thin(value: Any) -> Any:
    """Return the narrowest interval around a rational or a float; an interval stays as it is."""
    if isinstance(value, Interval | float):
        return iv.mpf(value)
    return iv.mpf(int(value.numerator)) / iv.mpf(int(value.denominator))
