"""Signing up, in and out; tokens that end when they should; keys for programs."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
from collections import Counter
from functools import partial
from typing import Any

import pytest
from sqlalchemy import inspect

from mainstay import Account, Mainstay
from mainstay.clock import now
from mainstay.compiler import DeclarationErrors
from mainstay.identity import Credentials
from mainstay.identity.tokens import generated
from mainstay.proofs.access.personas import personas
from mainstay.testing.clock import TestClock
from tests.accounts import app as app_module
from tests.accounts.app import Base, Keeper, Memo, application
from tests.accounts.desk import PASSWORD, Desk, bearer, opened
from tests.app.kitchen import client
from tests.cli.serving import ROOT, command


@pytest.mark.requirement("A13.05", "A3.30")
async def test_somebody_signs_up_signs_in_and_is_known(desk: Desk) -> None:
    made = await desk.sign_up("ada", region="north")
    tokens = await desk.sign_in("ada")
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    me = await desk.get("auth/me", by=tokens["access_token"])
    assert me.json()["data"] == {"id": made["id"], "email": "ada@example.com", "roles": []}
    note = await desk.calling.post(
        "/api/v1/notes", json={"text": "x"}, headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert note.status_code == 201
    assert (note.json()["data"]["keeper_id"], note.json()["data"]["region"]) == (made["id"], "north")
    assert (await desk.get("notes")).status_code == 401


async def test_an_address_is_one_account_however_it_is_spelt(desk: Desk) -> None:
    await desk.sign_up("ada")
    again = await desk.post("sign-up", {"email": "ADA@Example.COM", "password": PASSWORD, "name": "A"})
    assert (again.status_code, again.json()["error"]["details"][0]["field"]) == (409, "email")
    assert (await desk.post("sign-in", {"email": "Ada@example.com", "password": PASSWORD})).status_code == 200


async def test_what_a_new_account_lacks_is_told_all_at_once(desk: Desk) -> None:
    answer = await desk.post("sign-up", {"email": "no address", "roles": ["admin"], "password": "x"})
    assert answer.status_code == 400
    assert {detail["field"] for detail in answer.json()["error"]["details"]} == {"email", "name", "roles"}
    weak = await desk.post("sign-up", {"email": "a@example.com", "name": "Ada", "password": "password1234"})
    assert weak.json()["error"]["details"][0]["code"] == "weak_password"


@pytest.mark.requirement("A3.21")
async def test_a_password_is_stored_as_a_hash_and_never_answered(desk: Desk) -> None:
    await desk.sign_up("ada")
    token = (await desk.sign_in("ada"))["access_token"]
    rows = await desk.app.database.read("SELECT password_hash FROM keepers", ())
    assert rows[0][0].startswith("$argon2id$")
    assert "argon2" not in (await desk.get("keepers", by=token)).text


async def test_a_wrong_password_an_unknown_address_and_a_disabled_account_are_told_alike(desk: Desk) -> None:
    await desk.sign_up("ada")
    await desk.sign_up("bob")
    await disable(desk, "bob")
    told = [
        await desk.post("sign-in", {"email": f"{name}@example.com", "password": password})
        for name, password in (("ada", "another password"), ("nobody", PASSWORD), ("bob", PASSWORD))
    ]
    bodies = [{**answer.json()["error"], "request_id": ""} for answer in told]
    assert [answer.status_code for answer in told] == [401, 401, 401]
    assert bodies[0] == bodies[1] == bodies[2]


@pytest.mark.parametrize("path", ["sign-in", "session"])
async def test_they_are_the_same_work(desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """The same hashes and statements; how long that takes is told by `python -m tests.accounts.timing`."""
    for name in ("ada", "bob", "eve", "joe", "kim"):
        await desk.sign_up(name)
    await disable(desk, "bob")
    others = {"eve": "NULL", "joe": "'$2b$12$abcdefghijklmnopqrstuv'", "kim": "'$argon2id$v=19$m=8,t=1,p=1$x'"}
    for name, stored in others.items():
        await desk.run(f"UPDATE keepers SET password_hash = {stored} WHERE email = '{name}@example.com'")
    assert desk.app.accounts is not None
    done: list[str] = []
    hasher, database = desk.app.accounts.passwords.hasher, desk.app.database
    verify, read = hasher.verify, database.read

    def verified(stored: str, password: str) -> bool:
        done.append(stored.rpartition("$")[0].rpartition("$")[0])
        return verify(stored, password)

    async def looked(text: str, values: Any) -> Any:
        done.append(text)
        return await read(text, values)

    monkeypatch.setattr(type(hasher), "verify", lambda self, stored, password: verified(stored, password))
    monkeypatch.setattr(type(database), "read", lambda self, text, values: looked(text, values))
    work = {}
    for name in ("ada", "nobody", "bob", *others):
        done.clear()
        answer = await desk.post(path, {"email": f"{name}@example.com", "password": "another password"})
        assert answer.status_code == 401
        work[name] = tuple(done)
    assert len(work["ada"]) == 2
    assert len(set(work.values())) == 1, work


async def disable(desk: Desk, name: str) -> None:
    """Disables an account."""
    await desk.run(f"UPDATE keepers SET disabled_at = '2026-01-01T00:00:00.000000Z' WHERE email = '{name}@example.com'")


# Refresh tokens


async def test_a_refresh_token_is_good_once_and_a_second_use_ends_the_sign_in(desk: Desk) -> None:
    await desk.sign_up("ada")
    first = await desk.sign_in("ada")
    other = await desk.sign_in("ada")
    second = (await desk.post("refresh", {"refresh_token": first["refresh_token"]})).json()["data"]
    assert (await desk.get("auth/me", by=second["access_token"])).status_code == 200
    reused = await desk.post("refresh", {"refresh_token": first["refresh_token"]})
    assert reused.status_code == 401
    assert (await desk.post("refresh", {"refresh_token": second["refresh_token"]})).status_code == 401
    assert (await desk.get("auth/me", by=second["access_token"])).status_code == 401
    assert (await desk.get("auth/me", by=other["access_token"])).status_code == 200


async def test_of_a_thousand_at_once_one_is_let_through(desk: Desk) -> None:
    await desk.sign_up("ada")
    token = (await desk.sign_in("ada"))["refresh_token"]
    told = await asyncio.gather(*[desk.post("refresh", {"refresh_token": token}) for _ in range(1000)])
    statuses = Counter(answer.status_code for answer in told)
    # Those that wait too long for the row are told to come back, and then are refused as well
    assert (statuses[200], set(statuses) <= {200, 401, 503}) == (1, True), statuses


@pytest.mark.parametrize("token", ["", "x", "A" * 48, "é", "AAAA.BBBB"])
async def test_an_invented_refresh_token_is_refused(desk: Desk, token: str) -> None:
    assert (await desk.post("refresh", {"refresh_token": token})).status_code in (400, 401)


async def test_a_refresh_token_ends_with_its_sign_in(sqlite_url: str) -> None:
    async with opened(sqlite_url) as desk:
        await desk.sign_up("ada")
        token = (await desk.sign_in("ada"))["refresh_token"]
        await desk.run("UPDATE account_sessions SET expires_at = '2020-01-01T00:00:00.000000Z'")
        assert (await desk.post("refresh", {"refresh_token": token})).status_code == 401


# What ends


async def test_signing_out_ends_this_sign_in_or_every_one(desk: Desk) -> None:
    await desk.sign_up("ada")
    one, two, three = [await desk.sign_in("ada") for _ in range(3)]
    assert (await desk.post("sign-out", {}, by=one["access_token"])).status_code == 204
    assert (await desk.get("auth/me", by=one["access_token"])).status_code == 401
    assert (await desk.post("refresh", {"refresh_token": one["refresh_token"]})).status_code == 401
    assert (await desk.get("auth/me", by=two["access_token"])).status_code == 200
    assert (await desk.post("sign-out", {"everywhere": True}, by=two["access_token"])).status_code == 204
    assert (await desk.get("auth/me", by=three["access_token"])).status_code == 401


async def test_a_changed_password_ends_the_other_sign_ins(desk: Desk) -> None:
    await desk.sign_up("ada")
    here, there = await desk.sign_in("ada"), await desk.sign_in("ada")
    body = {"current_password": "not the password", "new_password": "five quite other words"}
    wrong = await desk.post("change-password", body, by=here["access_token"])
    assert (wrong.status_code, wrong.json()["error"]["details"][0]["field"]) == (400, "current_password")
    body["current_password"] = PASSWORD
    assert (await desk.post("change-password", body, by=here["access_token"])).status_code == 204
    assert (await desk.get("auth/me", by=there["access_token"])).status_code == 401
    assert (await desk.get("auth/me", by=here["access_token"])).status_code == 200
    assert (await desk.post("sign-in", {"email": "ada@example.com", "password": PASSWORD})).status_code == 401
    await desk.sign_in("ada", "five quite other words")


@pytest.mark.parametrize("outdated", [False, True])
async def test_a_password_that_changes_while_somebody_signs_in_with_it_begins_no_sign_in(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, outdated: bool
) -> None:
    token = await desk.token("ada")
    assert desk.app.accounts is not None
    passwords = desk.app.accounts.passwords
    verify = passwords.verify
    monkeypatch.setattr(passwords, "outdated", lambda stored: outdated)

    async def slowly(stored: str | None, password: str) -> bool:
        right = await verify(stored, password)
        monkeypatch.setattr(passwords, "verify", verify)
        change = {"current_password": PASSWORD, "new_password": "five other plain words here"}
        assert (await desk.post("change-password", change, by=token)).status_code == 204
        return right

    monkeypatch.setattr(passwords, "verify", slowly)
    body = {"email": "ada@example.com", "password": PASSWORD}
    assert (await desk.post("sign-in", body)).status_code == 401
    assert (await desk.post("sign-in", body)).status_code == 401
    await desk.sign_in("ada", "five other plain words here")


@pytest.mark.requirement("A3.17")
async def test_a_role_that_is_given_or_taken_holds_at_once(desk: Desk) -> None:
    ada = await desk.sign_up("ada")
    await desk.sign_up("root")
    token = (await desk.sign_in("ada"))["access_token"]
    root = (await desk.sign_in("root"))["access_token"]
    assert len((await desk.get("keepers", by=root)).json()["data"]) == 1
    await desk.run("UPDATE keepers SET roles = '[\"admin\"]' WHERE email = 'root@example.com'")
    assert desk.app.accounts is not None
    desk.app.accounts.identity.forget()  # the row was changed behind the application's back
    assert len((await desk.get("keepers", by=root)).json()["data"]) == 2
    header = {"Authorization": f"Bearer {root}"}
    known, ask = Credentials("bearer", token), partial(desk.get, "auth/me", by=token)
    for roles in (["admin"], []):
        await desk.believed(known, ask)
        changed = await desk.calling.patch(f"/api/v1/keepers/{ada['id']}", json={"roles": roles}, headers=header)
        assert changed.status_code == 200, changed.text
        assert (await desk.get("auth/me", by=token)).json()["data"]["roles"] == roles
        assert len((await desk.get("keepers", by=token)).json()["data"]) == (2 if roles else 1)
    disabled = {"disabled_at": "2026-01-01T00:00:00Z"}
    await desk.believed(known, ask)
    assert (await desk.calling.patch(f"/api/v1/keepers/{ada['id']}", json=disabled, headers=header)).status_code == 200
    assert (await desk.get("auth/me", by=token)).status_code == 401


@pytest.mark.requirement("A3.17")
@pytest.mark.parametrize("how", ["operation", "statement", "upsert"])
async def test_an_account_that_an_action_disables_is_out_at_once(desk: Desk, how: str) -> None:
    ada = await desk.sign_up("ada")
    token = (await desk.sign_in("ada"))["access_token"]
    root = await desk.token("root")
    await desk.give("root", ["admin"])
    await desk.believed(Credentials("bearer", token), lambda: desk.get("auth/me", by=token))
    header = {"Authorization": f"Bearer {root}"}
    body = {"keeper_id": ada["id"], "how": how}
    closed = await desk.calling.post("/api/v1/notes/close", json=body, headers=header)
    assert closed.status_code == 204, closed.text
    assert (await desk.get("auth/me", by=token)).status_code == 401


async def heard(desk: Desk, credential: str) -> int:
    """What a credential that is believed is answered, two seconds at most after it should no longer be."""
    status = 200
    for _ in range(200):
        status = (await desk.get("auth/me", by=credential)).status_code
        if status != 200:
            break
        await asyncio.sleep(0.01)
    return status


@pytest.mark.requirement("A3.17", "A4.09")
@pytest.mark.parametrize("how", ["sign-out", "used again", "disabled", "delete the key", "command"])
async def test_what_ends_in_one_process_ends_in_the_others(postgres_url: str, how: str) -> None:
    async with opened(postgres_url, account_cache=60) as here, opened(postgres_url, account_cache=60) as there:
        ada = await here.sign_up("ada")
        tokens = await here.sign_in("ada")
        token = tokens["access_token"]
        made = (await here.post("api-keys", {"name": "a"}, by=token)).json()["data"]
        root = await here.token("root")
        await here.give("root", ["admin"])
        credential = made["key"] if how == "delete the key" else token
        await there.believed(Credentials("bearer", credential), lambda: there.get("auth/me", by=credential))
        if how == "sign-out":
            await here.post("sign-out", {}, by=token)
        elif how == "used again":
            for _ in range(2):
                await here.post("refresh", {"refresh_token": tokens["refresh_token"]})
        elif how == "disabled":
            body = {"disabled_at": "2026-01-01T00:00:00Z"}
            await here.calling.patch(f"/api/v1/keepers/{ada['id']}", json=body, headers=bearer(root))
        elif how == "delete the key":
            await here.calling.delete(f"/api/v1/auth/api-keys/{made['id']}", headers=bearer(token))
        else:
            words = ("user", "disable", "tests.accounts.served:app", "ada@example.com")
            done = await asyncio.to_thread(command, ROOT, *words, database_url=postgres_url)
            assert done.returncode == 0, done.stderr
        assert await heard(there, credential) == 401


# API keys


@pytest.mark.requirement("A3.14", "A3.11")
async def test_an_api_key_is_shown_once_and_has_its_scopes(desk: Desk) -> None:
    token = await desk.token("ada")
    other = await desk.token("bob")
    await desk.calling.post("/api/v1/notes", json={"text": "x"}, headers={"Authorization": f"Bearer {other}"})
    await desk.give("ada", ["reader"])
    made = (await desk.post("api-keys", {"name": "nightly", "scopes": ["notes:read"]}, by=token)).json()["data"]
    assert made["key"].startswith("msk_")
    assert len((await desk.get("notes", by=made["key"])).json()["data"]) == 1
    assert (await desk.get("notes", by=token)).json()["data"] == []
    (listed,) = (await desk.get("auth/api-keys", by=token)).json()["data"]
    assert (listed["name"], listed["prefix"], "key" in listed) == ("nightly", made["prefix"], False)
    assert listed["used_at"] is not None
    (stored,) = await desk.app.database.read("SELECT secret_hash FROM api_keys", ())
    assert made["key"].rpartition("_")[2] not in stored[0]


@pytest.mark.requirement("A3.14", "A3.11")
async def test_a_key_has_no_scope_that_its_account_may_not_give(desk: Desk) -> None:
    token = await desk.token("ada")
    stranger = await desk.token("bob")
    await desk.calling.post("/api/v1/notes", json={"text": "x"}, headers={"Authorization": f"Bearer {stranger}"})
    wanted = {"name": "a", "scopes": ["notes:count", "notes:read", "admin"]}
    refused = await desk.post("api-keys", wanted, by=token)
    details = refused.json()["error"]["details"]
    assert (refused.status_code, [one["field"] for one in details]) == (400, ["scopes[1]", "scopes[2]"])
    assert details[0]["message"] == "is not a scope of your keys; notes:count"
    wanted = {"name": "a", "scopes": ["role:admin"]}
    assert (await desk.post("api-keys", wanted, by=token)).status_code == 400
    assert (await desk.post("api-keys", {"name": "a", "scopes": ["notes:count"]}, by=token)).status_code == 201
    await desk.give("ada", ["reader"])
    key = (await desk.post("api-keys", {"name": "b", "scopes": ["notes:read"]}, by=token)).json()["data"]["key"]
    assert len((await desk.get("notes", by=key)).json()["data"]) == 1
    await desk.give("ada", [])
    assert (await desk.get("notes", by=key)).json()["data"] == []


@pytest.mark.requirement("A3.14", "A3.17")
async def test_a_key_has_the_roles_that_it_was_given_while_its_account_has_them(desk: Desk) -> None:
    token = await desk.token("ada")
    await desk.sign_up("bob")
    await desk.give("ada", ["admin", "reader"])
    keys = [
        (await desk.post("api-keys", {"name": "a", "scopes": scopes}, by=token)).json()["data"]["key"]
        for scopes in ([], ["notes:read"], ["role:reader"], ["role:admin", "notes:count"])
    ]
    assert [len((await desk.get("keepers", by=key)).json()["data"]) for key in keys] == [1, 1, 1, 2]
    assert [(await desk.get("notes/count", by=key)).status_code for key in keys] == [403, 403, 403, 200]
    assert len((await desk.get("keepers", by=token)).json()["data"]) == 2
    await desk.give("ada", ["reader"])
    assert [len((await desk.get("keepers", by=key)).json()["data"]) for key in keys] == [1] * 4


async def test_a_key_ends_at_no_impossible_moment(desk: Desk) -> None:
    token = await desk.token("ada")
    for moment in ("9999-12-31T23:59:59-14:00", 4_000_000_000, True):
        answer = await desk.post("api-keys", {"name": "a", "expires_at": moment}, by=token)
        assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (400, "expires_at")


@pytest.mark.requirement("A3.14")
async def test_an_api_key_that_was_deleted_has_ended_or_was_altered_is_refused(desk: Desk) -> None:
    token = await desk.token("ada")
    made = (await desk.post("api-keys", {"name": "a"}, by=token)).json()["data"]
    assert (await desk.get("notes", by=made["key"])).status_code == 200
    for altered in (made["key"][:-1] + "x", made["key"][:-1], "msk_", made["key"].replace(made["prefix"], "0" * 8)):
        assert (await desk.get("notes", by=altered)).status_code == 401
    header = {"Authorization": f"Bearer {token}"}
    stranger = {"Authorization": f"Bearer {await desk.token('bob')}"}
    path = f"/api/v1/auth/api-keys/{made['id']}"
    assert (await desk.calling.delete(path, headers=stranger)).status_code == 404
    assert (await desk.calling.delete(path, headers=header)).status_code == 204
    assert (await desk.get("notes", by=made["key"])).status_code == 401
    late = await desk.post("api-keys", {"name": "b", "expires_at": "2020-01-01T00:00:00Z"}, by=token)
    assert (late.status_code, late.json()["error"]["details"][0]["field"]) == (400, "expires_at")


@pytest.mark.requirement("A3.14")
async def test_a_key_is_good_until_its_end_and_not_believed_beyond(sqlite_url: str, hands: TestClock) -> None:
    async with opened(sqlite_url, account_cache=60) as desk:
        token = await desk.token("ada")
        end = (now() + dt.timedelta(minutes=10)).isoformat()
        key = (await desk.post("api-keys", {"name": "a", "expires_at": end}, by=token)).json()["data"]["key"]
        ask = partial(desk.get, "auth/me", by=key)
        hands.move(minutes=9, seconds=50)
        await desk.believed(Credentials("bearer", key), ask)
        hands.move(seconds=9)
        assert (await ask()).status_code == 200
        hands.move(seconds=1)
        assert (await ask()).status_code == 401


async def test_an_api_key_makes_no_keys_changes_no_password_and_ends_no_sign_in(desk: Desk) -> None:
    token = await desk.token("ada")
    key = (await desk.post("api-keys", {"name": "a"}, by=token)).json()["data"]["key"]
    assert (await desk.post("api-keys", {"name": "b"}, by=key)).status_code == 403
    for body in ({}, {"everywhere": True}):
        assert (await desk.post("sign-out", body, by=key)).status_code == 403
    other = {"current_password": PASSWORD, "new_password": "five quite other words"}
    assert (await desk.post("change-password", other, by=key)).status_code == 403
    (own,) = (await desk.get("auth/api-keys", by=key)).json()["data"]
    deleted = await desk.calling.delete(
        f"/api/v1/auth/api-keys/{own['id']}", headers={"Authorization": f"Bearer {key}"}
    )
    assert (deleted.status_code, deleted.json()["error"]["message"]) == (
        403,
        "Only who has signed in with the password deletes API keys; an API key does not.",
    )
    assert (await desk.get("auth/me", by=token)).status_code == 200


async def test_an_account_has_a_hundred_keys_at_most(desk: Desk) -> None:
    token = await desk.token("ada")
    first = (await desk.post("api-keys", {"name": "first"}, by=token)).json()["data"]
    for number in range(99):
        assert (await desk.post("api-keys", {"name": str(number)}, by=token)).status_code == 201
    refused = await desk.post("api-keys", {"name": "one more"}, by=token)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CONFLICT")
    await desk.calling.delete(f"/api/v1/auth/api-keys/{first['id']}", headers={"Authorization": f"Bearer {token}"})
    assert (await desk.post("api-keys", {"name": "one more"}, by=token)).status_code == 201
    assert len((await desk.get("auth/api-keys", by=token)).json()["data"]) == 100


async def test_of_sign_ins_that_are_over_nothing_is_kept_once_the_account_signs_in_again(desk: Desk) -> None:
    await desk.sign_up("ada")
    await desk.sign_up("bob")
    await desk.sign_in("bob")
    tokens = [await desk.sign_in("ada") for _ in range(3)]
    await desk.post("sign-out", {}, by=tokens[0]["access_token"])
    kept = await desk.app.database.read("SELECT count(*) FROM account_sessions", ())
    await desk.sign_in("ada")
    assert (kept[0][0], (await desk.app.database.read("SELECT count(*) FROM account_sessions", ()))[0][0]) == (4, 4)
    late = await desk.post("refresh", {"refresh_token": tokens[0]["refresh_token"]})
    assert late.status_code == 401
    assert (await desk.get("auth/me", by=tokens[1]["access_token"])).status_code == 200


@pytest.mark.requirement("A3.19", "A3.11")
async def test_what_asks_for_a_scope_is_done_by_who_has_it_alone(desk: Desk) -> None:
    token = await desk.token("ada")
    keys = {
        name: (await desk.post("api-keys", {"name": name, "scopes": scopes}, by=token)).json()["data"]["key"]
        for name, scopes in (("with", ["notes:count"]), ("without", []))
    }
    assert (await desk.get("notes/count", by=keys["with"])).json()["data"] == 0
    refused = await desk.get("notes/count", by=keys["without"])
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert (await desk.get("notes/count", by=token)).status_code == 403
    assert (await desk.get("notes/count")).status_code == 401


@pytest.mark.requirement("A3.17", "A3.19")
async def test_the_callers_that_the_proof_plays_are_those_that_the_identity_makes_of_accounts(desk: Desk) -> None:
    """What the proof shows of an actor holds of a credential: the identity gives the same actor for it."""
    app = desk.app
    assert app.accounts is not None
    played = [persona for persona in personas(app.application, app.compiled.storage) if persona.actor.is_known]
    assert {len(one.actor.roles) + len(one.actor.scopes) for one in played} >= {0, 1}
    for number, persona in enumerate(played):
        actor = persona.actor
        needed = {role for scope in actor.scopes if (role := Keeper.key_scopes[scope]) is not None}
        await desk.sign_up(f"p{number}", region=actor.claims.get("region"))
        await desk.give(f"p{number}", sorted(actor.roles | needed))
        credential = (await desk.sign_in(f"p{number}"))["access_token"]
        if actor.scopes:
            asked = {"name": "a", "scopes": sorted(actor.scopes | {f"role:{role}" for role in actor.roles})}
            credential = (await desk.post("api-keys", asked, by=credential)).json()["data"]["key"]
        found = await app.accounts.identity.identify(Credentials("bearer", credential))
        assert (found.roles, found.scopes) == (actor.roles, actor.scopes), persona.name
        assert found.claims.get("region") == actor.claims.get("region"), persona.name


# Limits, keys of the application, the document


@pytest.mark.requirement("A3.26", "A3.27")
async def test_an_address_has_few_attempts_to_sign_in(sqlite_url: str) -> None:
    async with opened(sqlite_url, sign_in_limit="5/minute") as desk:
        body = {"email": "ada@example.com", "password": "x"}
        told = [(await desk.post("sign-in", body)).status_code for _ in range(6)]
        assert told == [401] * 5 + [429]
        assert (await desk.get("auth/me")).status_code == 401


@pytest.mark.requirement("A3.26")
async def test_an_address_has_no_more_attempts_by_another_way_in_or_by_another_account(sqlite_url: str) -> None:
    async with opened(sqlite_url, sign_in_limit="5/minute") as desk:
        body = {"email": "ada@example.com", "password": "x"}
        token = await desk.token("eve")
        told = [(await desk.post(path, body)).status_code for path in ("session", "sign-in", "session", "sign-in")]
        assert told == [401] * 4
        for path in ("session", "sign-in"):
            assert [(await desk.post(path, body, by=by)).status_code for by in (None, token)] == [429] * 2
        assert [(await desk.post("sign-up", {}, by=token)).status_code for _ in range(4)] == [400] * 4
        assert [(await desk.post("sign-up", {}, by=by)).status_code for by in (None, token)] == [429] * 2


@pytest.mark.requirement("A3.26", "A3.27")
async def test_somebody_has_few_attempts_to_change_the_password_from_wherever(sqlite_url: str) -> None:
    async with opened(sqlite_url, sign_in_limit="5/minute") as desk:
        await desk.sign_up("ada")
        tokens = [(await desk.sign_in("ada"))["access_token"] for _ in range(2)]
        body = {"current_password": "not the password", "new_password": "five quite other words"}
        told = []
        for number in range(6):
            headers = bearer(tokens[number % 2])
            async with client(desk.app, address=f"198.51.100.{number}") as elsewhere:
                answer = await elsewhere.post("/api/v1/auth/change-password", json=body, headers=headers)
            told.append(answer.status_code)
        assert told == [400] * 5 + [429]
        assert (await desk.get("auth/me", by=tokens[0])).status_code == 200


@pytest.mark.requirement("A13.13", "A3.26")
@pytest.mark.usefixtures("hands")
async def test_lists_and_sign_ins_of_an_address_are_limited_apart(sqlite_url: str) -> None:
    async with opened(sqlite_url, sign_in_limit="5/minute", address_limit="100/minute") as desk:
        token = await desk.token("ada")
        told = [(await desk.get("keepers", by=token)) for _ in range(99)]
        assert Counter(answer.status_code for answer in told) == {200: 98, 429: 1}  # with one sign-up and one sign-in
        assert int(told[-1].headers["retry-after"]) >= 1
    async with opened(sqlite_url, sign_in_limit="5/minute", address_limit="100/minute") as desk:
        body = {"email": "ada@example.com", "password": "x"}
        assert [(await desk.post("session", body)).status_code for _ in range(6)] == [401] * 5 + [429]
        assert (await desk.get("keepers", by=token)).status_code == 200


@pytest.mark.requirement("A3.10")
async def test_an_access_token_says_what_the_settings_say_and_ends_when_they_do(sqlite_url: str, tmp_path: Any) -> None:
    plain = {"signing_key": None, "signing_key_file": str(tmp_path / "key.pem")}
    async with opened(sqlite_url, **plain) as desk:
        await desk.sign_up("ada")
        tokens = await desk.sign_in("ada")
        header, claims = [
            json.loads(base64.urlsafe_b64decode(part + "==")) for part in tokens["access_token"].split(".")[:2]
        ]
        assert (header["alg"], header["typ"], sorted(header)) == ("EdDSA", "at+jwt", ["alg", "kid", "typ"])
        assert sorted(claims) == ["aud", "exp", "iat", "iss", "jti", "sid", "sub"]
        assert (claims["exp"] - claims["iat"], tokens["expires_in"]) == (900, 900)
    other = {"token_issuer": "https://here", "token_audience": "api", "token_lifetime": 86400, "sign_in_lifetime": 3600}
    async with opened(sqlite_url, signing_key="s" * 40, **other) as desk:
        tokens = await desk.sign_in("ada")
        header, claims = [
            json.loads(base64.urlsafe_b64decode(part + "==")) for part in tokens["access_token"].split(".")[:2]
        ]
        assert (header["alg"], claims["iss"], claims["aud"]) == ("HS256", "https://here", "api")
        assert (claims["exp"] - claims["iat"], tokens["refresh_expires_in"]) == (86400, 3600)
        assert (await desk.get("auth/me", by=tokens["access_token"])).status_code == 200


@pytest.mark.requirement("A3.10")
async def test_an_access_token_is_good_for_fifteen_minutes_and_not_believed_beyond(
    sqlite_url: str, hands: TestClock
) -> None:
    async with opened(sqlite_url, account_cache=60) as desk:
        token = await desk.token("ada")
        ask = partial(desk.get, "auth/me", by=token)
        issued = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["iat"]
        hands.move(seconds=issued + 895 - hands.seconds())
        await desk.believed(Credentials("bearer", token), ask)
        hands.move(seconds=4)
        assert (await ask()).status_code == 200
        hands.move(seconds=1)
        assert (await ask()).status_code == 401


async def test_a_key_that_was_retired_verifies_until_it_is_dropped(sqlite_url: str, tmp_path: Any) -> None:
    pems = [generated().as_pem(private=True).decode() for _ in range(2)]
    shared = "s" * 40
    async with opened(sqlite_url, signing_key=pems[0]) as desk:
        old = await desk.token("ada")
    async with opened(sqlite_url, signing_key=shared) as desk:
        assert (await desk.get("auth/me", by=old)).status_code == 401
        older = (await desk.sign_in("ada"))["access_token"]
    async with opened(
        sqlite_url, signing_key=pems[1].replace("\n", "\\n"), retired_signing_keys=(pems[0], shared)
    ) as desk:
        new = (await desk.sign_in("ada"))["access_token"]
        assert [(await desk.get("auth/me", by=token)).status_code for token in (old, older, new)] == [200] * 3
        published = (await desk.calling.get("/.well-known/jwks.json")).json()["keys"]
        assert len(published) == 2
    made = {"signing_key": None, "signing_key_file": f"{tmp_path}/signing.pem"}
    async with opened(sqlite_url, **made, retired_signing_keys=(pems[0],)) as desk:
        assert [(await desk.get("auth/me", by=token)).status_code for token in (old, new)] == [200, 401]
        assert all("d" not in key and "k" not in key for key in published)


@pytest.mark.requirement("A4.09")
async def test_one_instance_goes_on_where_another_began(database_url: str) -> None:
    async with opened(database_url, account_cache=0) as here, opened(database_url, account_cache=0) as there:
        await here.sign_up("ada")
        tokens = await here.sign_in("ada")
        token = tokens["access_token"]
        for text in ("one", "two", "three"):
            made = await here.calling.post(
                "/api/v1/notes", json={"text": text}, headers={"Authorization": f"Bearer {token}"}
            )
            assert made.status_code == 201
        page = (await here.get("notes?limit=2", by=token)).json()
        rest = await there.get(f"notes?limit=2&cursor={page['meta']['next']}", by=token)
        assert sorted(row["text"] for row in page["data"] + rest.json()["data"]) == ["one", "three", "two"]
        renewed = (await there.post("refresh", {"refresh_token": tokens["refresh_token"]})).json()["data"]
        assert (await here.post("refresh", {"refresh_token": tokens["refresh_token"]})).status_code == 401
        assert (await there.get("auth/me", by=renewed["access_token"])).status_code == 401


async def test_a_file_that_is_no_key_is_told_by_its_setting(sqlite_url: str, tmp_path: Any) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(
        DeclarationErrors, match=r"MAINSTAY_SIGNING_KEY_FILE, which is .*, cannot be used: it is not the"
    ):
        async with opened(sqlite_url, signing_key=None, signing_key_file=str(file)):
            raise AssertionError("it was opened")


async def test_the_public_keys_are_published_and_verify(sqlite_url: str, tmp_path: Any) -> None:
    settings = {"signing_key": None, "signing_key_file": str(tmp_path / "new" / "key.pem")}
    async with opened(sqlite_url, **settings) as desk:
        token = await desk.token("ada")
        (key,) = (await desk.calling.get("/.well-known/jwks.json")).json()["keys"]
        assert (key["alg"], "d" in key) == ("EdDSA", False)
    assert (tmp_path / "new" / "key.pem").stat().st_mode & 0o777 == 0o600
    async with opened(sqlite_url, **settings) as desk:
        assert (await desk.get("auth/me", by=token)).status_code == 200


async def test_the_operations_are_in_the_list_and_in_the_document(desk: Desk) -> None:
    names = {one.name for one in desk.app.application.operations if one.name.startswith("auth.")}
    assert names == {
        f"auth.{name}"
        for name in (
            *("sign_up", "sign_in", "start_session", "refresh", "sign_out", "me", "change_password"),
            *("api_keys", "create_api_key", "delete_api_key"),
        )
    }
    document = (await desk.calling.get("/openapi.json")).json()
    assert "/api/v1/auth/sign-in" in document["paths"]


async def test_an_application_that_is_opened_again_signs_people_up_and_hears_of_changes(sqlite_url: str) -> None:
    app = application(sqlite_url)
    for name in ("ada", "eve"):
        async with app.router.lifespan_context(app), client(app) as calling:
            desk = Desk(app, calling)
            made = await desk.sign_up(name)
            token = (await desk.sign_in(name))["access_token"]
            await desk.sign_up(f"{name}-boss")
            await desk.give(f"{name}-boss", ["admin"])
            boss = (await desk.sign_in(f"{name}-boss"))["access_token"]
            await desk.believed(Credentials("bearer", token), partial(desk.get, "auth/me", by=token))
            body = {"keeper_id": made["id"], "how": "statement"}
            headers = {"Authorization": f"Bearer {boss}"}
            assert (await calling.post("/api/v1/notes/close", json=body, headers=headers)).status_code == 204
            assert (await desk.get("auth/me", by=token)).status_code == 401


async def test_an_application_that_was_closed_listens_to_nothing(sqlite_url: str) -> None:
    before = len(list(inspect(Keeper).dispatch.after_update))
    async with opened(sqlite_url):
        assert len(list(inspect(Keeper).dispatch.after_update)) == before + 1
    assert len(list(inspect(Keeper).dispatch.after_update)) == before


# What a model says


@pytest.mark.parametrize(
    "name,value,told",
    [
        ("actor_claims", ("session",), "session, which is the sign-in"),
        ("actor_claims", ("regoin",), "did you mean region"),
        ("sign_up", (Keeper.name, Keeper.roles), "roles, which whoever signs up would give themselves"),
        ("sign_up", (Keeper.disabled_at,), "disabled_at, which whoever signs up would give themselves"),
        ("sign_up", (Keeper.password_hash,), "password_hash, which whoever signs up would give themselves"),
        ("sign_up", (Keeper.email,), "email, which every new account gives anyway"),
        ("sign_up", ("name",), "'name', which is no attribute of Keeper\n    write Keeper.name"),
        ("sign_up", (Memo.text,), "'text', which is no attribute of Keeper\n    drop it"),
        ("key_scopes", {"role:admin": None}, "role:admin, which is how a key has the role admin"),
        ("key_scopes", {"": None}, "name a scope by 1 to 60 characters"),
    ],
)
def test_what_an_account_cannot_bring_and_must_not_is_refused(
    name: str, value: Any, told: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    application(sqlite_url)
    monkeypatch.setattr(Keeper, name, value)
    with pytest.raises(DeclarationErrors) as refused:
        application(sqlite_url)
    assert told in str(refused.value)
    assert f"{app_module.__file__}:" in str(refused.value)


def test_a_model_that_is_none_of_accounts_is_refused(sqlite_url: str) -> None:
    class Other(Base, Account):
        """A second model of accounts, with the tables of the first one."""

    for account, told in (
        (Memo, "account=Memo is no model whose rows can sign in\n    write class Memo(Model, Account)"),
        (Account, "account=Account is no model whose rows can sign in"),
        ("Keeper", "account='Keeper' is no class"),
        (Other, "the accounts of Other need the table account_sessions, which is there"),
    ):
        with pytest.raises(DeclarationErrors) as refused:
            Mainstay(account=account, database=sqlite_url)  # type: ignore[arg-type]
        assert told in str(refused.value)
