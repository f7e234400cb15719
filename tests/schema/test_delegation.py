"""Lending a role: who may, for what and how long; what is done by it counts for both; it ends when it should."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

import models as rows
from channels.session import Found, Sessions
from models.access import Role
from resolvers.account import token_hash, viewer_by_token
from resolvers.holdings import holdings
from tests.province import Province
from tests.schema.journey import step
from tests.schema.lending import again, day, employ, lending, lent, received, staffed
from tests.schema.refusing import refused


@pytest.fixture
async def province(province: Province) -> Province:
    """The province with a deputy to lend to."""
    return await staffed(province)


@pytest.mark.parametrize(("first", "end"), [(1, 2), (-3, 0)])
async def test_before_its_first_day_and_from_its_last_a_lent_role_is_not_held(
    province: Province, first: int, end: int
) -> None:
    dossier = await received(province)
    delegation = await lent(province)
    async with province.sessions.begin() as session:
        days = {"valid_from": day(first), "valid_to": day(end)}
        await session.execute(update(rows.Delegation).values(**days))
    await again(province, "deputy")
    assert (await refused(province, "deputy", "holdDossier", step(dossier, reason="x")))["__typename"] == "NotFound"
    assert delegation["id"]


async def test_a_revoked_role_is_no_longer_held(province: Province) -> None:
    dossier, delegation = await received(province), await lent(province)
    done = await province.act("chief", "revokeDelegation", step(delegation))
    assert (done["__typename"], done["version"], bool(done["revokedAt"])) == ("Delegation", 2, True)
    await again(province, "deputy")
    assert (await refused(province, "deputy", "holdDossier", step(dossier, reason="x")))["__typename"] == "NotFound"


async def test_who_sees_the_dossier_anyway_is_told_that_the_revoked_role_no_longer_permits(province: Province) -> None:
    dossier = await received(province)
    done = await province.act("chief", "delegateRole", lending(to="secretary"))
    await again(province, "secretary")
    await province.act("chief", "revokeDelegation", step(done))
    await again(province, "secretary")
    refusal = await refused(province, "secretary", "holdDossier", step(dossier, reason="x"))
    assert (refusal["__typename"], refusal["whoCan"]) == ("NotPermitted", ["OFFICE_HEAD"])


async def test_a_revocation_is_felt_within_fifteen_seconds(province: Province) -> None:
    delegation = await lent(province)
    async with province.sessions.begin() as session:
        expires = datetime.now(UTC) + timedelta(hours=1)
        account = province.viewers["deputy"].account_id
        session.add(rows.Session(token_hash=token_hash("token"), account_id=account, expires_at=expires))

    async def load(token: str) -> Found | None:
        async with province.sessions() as session:
            found = await viewer_by_token(session, token)
        return Found(*found) if found else None

    known, now = Sessions(load), 0.0
    known.clock = lambda: now
    office = frozenset({Role.OFFICE_HEAD})
    assert (await known.viewer("token")).holds(office, "h37.office")
    await province.act("chief", "revokeDelegation", step(delegation))
    now = 15.1
    assert not (await known.viewer("token")).holds(office, "h37.office")


@pytest.mark.parametrize("end", [{"valid_to": 0}, {"valid_from": 1}])
async def test_a_lent_role_ends_with_its_holders_own(province: Province, end: dict[str, int]) -> None:
    await lent(province)
    days = {name: day(later) for name, later in end.items()}
    async with province.sessions.begin() as session:
        await session.execute(update(rows.RoleHeld).where(rows.RoleHeld.role == Role.OFFICE_HEAD).values(**days))
    await again(province, "deputy")
    assert not province.viewers["deputy"].holds(frozenset({Role.OFFICE_HEAD}), "h37.office")


async def test_a_role_lent_by_an_account_no_longer_active_is_not_held(province: Province) -> None:
    await lent(province)
    async with province.sessions.begin() as session:
        await session.execute(update(rows.Account).where(rows.Account.username == "chief").values(active=False))
    await again(province, "deputy")
    assert not province.viewers["deputy"].holds(frozenset({Role.OFFICE_HEAD}), "h37.office")


async def test_roles_count_from_their_first_day_to_before_their_last_by_vietnams_date(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    await employ(province, "yearly", Role.ONE_STOP, "office", valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1))
    account = province.viewers["yearly"].account_id
    assert account is not None
    async with province.sessions() as session:
        held = [bool(await holdings(session, account, day)) for day in (date(2025, 12, 31), date(2026, 1, 1))]
        held += [bool(await holdings(session, account, day)) for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert held == [False, True, True, False]
    for moment, holds in (
        (datetime(2025, 12, 31, 16, 59, 59, tzinfo=UTC), False),  # 23:59:59 in Vietnam
        (datetime(2025, 12, 31, 17, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), False),
    ):
        monkeypatch.setattr("models.calendar.datetime", _at(moment))
        await again(province, "yearly")
        assert bool(province.viewers["yearly"].holdings) is holds, moment


def _at(moment: datetime) -> type[datetime]:
    class Stopped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return moment.astimezone(tz)

    return Stopped


REFUSED: dict[str, tuple[str, dict[str, Any], tuple[str, Any]]] = {
    "to oneself": ("chief", {"to": "chief"}, ("InvalidInput", "to")),
    "to nobody": ("chief", {"to": "nobody"}, ("InvalidInput", "to")),
    "from yesterday": ("chief", {"validFrom": -1}, ("InvalidInput", "validFrom")),
    "for no day": ("chief", {"validTo": 0}, ("InvalidInput", "validTo")),
    "for too long": ("chief", {"validTo": 400}, ("InvalidInput", "validTo")),
    "without a reason": ("chief", {"reason": " "}, ("InvalidInput", "reason")),
    "a role not held": ("desk", {}, ("NotPermitted", ["OFFICE_HEAD"])),
    "beyond the scope": ("chief", {"agency": "H37"}, ("NotPermitted", ["OFFICE_HEAD"])),
    "another's": ("desk", {"delegator": "chief"}, ("NotPermitted", ["OFFICE_HEAD", "ADMINISTRATOR"])),
    "of nobody": ("admin", {"delegator": "nobody"}, ("InvalidInput", "delegator")),
    "of who does not hold it": ("admin", {"delegator": "desk"}, ("RuleNotMet", "BEYOND_WHAT_IS_HELD")),
    "an appraiser's": ("appraiser", {"role": "APPRAISER"}, ("RuleNotMet", "NOT_DELEGABLE")),
    "for no agency": ("chief", {"agency": "H37.99"}, ("NotFound", None)),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_delegation_that_may_not_be_is_refused_and_leaves_nothing(province: Province, what: str) -> None:
    who, said, (kind, told) = REFUSED[what]
    said = {name: day(value).isoformat() if isinstance(value, int) else value for name, value in said.items()}
    refusal = await refused(province, who, "delegateRole", lending(**said))
    field = {"InvalidInput": "field", "NotPermitted": "whoCan", "RuleNotMet": "rule"}.get(kind)
    assert (refusal["__typename"], refusal.get(field) if field else None) == (kind, told)
    assert await province.count(rows.Delegation) == 0


async def test_an_inactive_account_is_lent_nothing(province: Province) -> None:
    async with province.sessions.begin() as session:
        await session.execute(update(rows.Account).where(rows.Account.username == "deputy").values(active=False))
    refusal = await refused(province, "chief", "delegateRole", lending())
    assert (refusal["__typename"], refusal["field"]) == ("InvalidInput", "to")


async def test_a_role_is_not_lent_beyond_its_holders_own_days(province: Province) -> None:
    async with province.sessions.begin() as session:
        ends = update(rows.RoleHeld).where(rows.RoleHeld.role == Role.OFFICE_HEAD).values(valid_to=day(4))
        await session.execute(ends)
    refusal = await refused(province, "chief", "delegateRole", lending())
    assert refusal["rule"] == "BEYOND_WHAT_IS_HELD"
    assert str(day(4)) in refusal["remedy"]
    await lent(province, validTo=day(4).isoformat())


async def test_a_lent_role_is_not_lent_on(province: Province) -> None:
    await lent(province)
    refusal = await refused(province, "deputy", "delegateRole", lending(to="desk"))
    assert (refusal["__typename"], refusal["rule"]) == ("RuleNotMet", "BEYOND_WHAT_IS_HELD")


async def test_a_role_is_not_lent_twice_for_the_same_days(province: Province) -> None:
    first = await lent(province)
    refusal = await refused(province, "chief", "delegateRole", lending(validFrom=day(4).isoformat()))
    assert (refusal["rule"], refusal["remedy"]) == ("ALREADY_DELEGATED", first["id"])
    later = lending(validFrom=day(5).isoformat(), validTo=day(9).isoformat())
    assert (await province.act("chief", "delegateRole", later))["__typename"] == "Delegation"


async def test_two_who_lend_the_same_at_once_are_told_apart(province: Province) -> None:
    said = lending(delegator="chief")
    done = await asyncio.gather(*(province.act(who, "delegateRole", said) for who in ("chief", "admin")))
    assert sorted(one["__typename"] for one in done) == ["Delegation", "RuleNotMet"]
    assert await province.count(rows.Delegation) == 1


async def test_an_administrator_lends_and_revokes_for_others_in_their_agencies(province: Province) -> None:
    delegation = await lent(province, "admin", delegator="chief")
    done = await province.act("admin", "revokeDelegation", step(delegation))
    assert bool(done["revokedAt"])
    refusal = await refused(province, "admin", "revokeDelegation", step(done))
    assert (refusal["__typename"], refusal["rule"]) == ("RuleNotMet", "DELEGATION_ENDED")


async def test_who_was_lent_a_role_does_not_revoke_it_and_others_do_not_see_it(province: Province) -> None:
    delegation = await lent(province)
    refusal = await refused(province, "deputy", "revokeDelegation", step(delegation))
    assert (refusal["__typename"], refusal["whoCan"]) == ("NotPermitted", ["OFFICE_HEAD", "ADMINISTRATOR"])
    for who in ("desk", "chairman", "auditor", "nominee"):
        assert (await refused(province, who, "revokeDelegation", step(delegation)))["__typename"] == "NotFound"


async def test_delegations_are_listed_for_both_and_for_administrators_alone(province: Province) -> None:
    await lent(province)
    asked = """{ delegations(first: 5) { totalCount nodes {
      role agency { code } delegator { username } delegate { username } validTo reason revokedAt } } }"""
    for who in ("chief", "deputy", "admin"):
        (found,) = (await province.ask(who, asked))["data"]["delegations"]["nodes"]
        assert (found["role"], found["agency"], found["delegator"], found["delegate"]) == (
            "OFFICE_HEAD",
            {"code": "H37.02"},
            {"username": "chief"},
            {"username": "deputy"},
        )
    for who in ("desk", "chairman", "nominee", None):
        assert (await province.ask(who, asked))["data"]["delegations"]["totalCount"] == 0


async def test_a_dry_run_and_a_key_sent_twice_lend_as_they_should(province: Province) -> None:
    done = await province.act("chief", "delegateRole", lending(dryRun=True))
    assert done["__typename"] == "Delegation"
    assert await province.count(rows.Delegation) == await province.count(rows.Entry) == 0
    key = {"idempotencyKey": "0b7cf5c8-6a9f-4a8e-b7c2-7f9c2f3c0a11"}
    first = await province.act("chief", "delegateRole", lending(**key))
    assert await province.act("chief", "delegateRole", lending(**key)) == first
    assert (await province.count(rows.Delegation), await province.count(rows.Entry)) == (1, 1)
    other = await refused(province, "chief", "delegateRole", lending(**key, reason="khác"))
    assert other["__typename"] == "IdempotencyMismatch"
