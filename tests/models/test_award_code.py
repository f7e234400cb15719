"""The code of a certificate: hard to guess, and never one sign away from another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.award_code import ALPHABET, RANDOM_SIGNS, canonical, check_of, new_code

SAID = st.text(ALPHABET, min_size=RANDOM_SIGNS, max_size=RANDOM_SIGNS)


def holds(code: str) -> bool:
    """Whether a code's last sign checks the others."""
    return check_of(code[:-1]) == code[-1]


def test_a_new_code_holds_and_no_two_are_the_same() -> None:
    codes = [new_code() for _ in range(1000)]
    assert all(holds(code) and len(code) == RANDOM_SIGNS + 1 for code in codes)
    assert len(set(codes)) == len(codes)
    assert not set("".join(codes)) & set("ILOU")


@given(SAID)
def test_a_code_with_any_one_sign_changed_does_not_hold(said: str) -> None:
    code = said + check_of(said)
    changed = [code[:at] + sign + code[at + 1 :] for at in range(len(code)) for sign in ALPHABET if sign != code[at]]
    assert holds(code)
    assert not any(map(holds, changed))


def test_a_code_is_the_same_however_it_is_typed_and_read() -> None:
    for said in ("10AB-CDEF GHJK", "10ab.cdef.ghjk", "loabcdefghjk", "\tI0AB\u2013CDEF\u00a0GHJK\n"):
        assert canonical(said) == "10ABCDEFGHJK"
    assert [canonical(nothing) for nothing in ("", " - ", "%_", "\0")] == [""] * 4
    assert canonical("U") == "U", "no code has it, and it is taken for no other"
