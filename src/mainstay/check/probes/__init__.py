"""Probes: each asks a running API one question, and has its page beside it."""

from __future__ import annotations

from pathlib import Path

from mainstay.check import page as pages
from mainstay.check.live.probe import Ask, Probe
from mainstay.check.probes import (
    account_enumeration,
    address_fetched,
    admin_operation_open,
    answered_without_sign_in,
    cors_any_origin,
    endless_list,
    error_details_answered,
    forbidden_field_set,
    forged_token_accepted,
    guesses_unlimited,
    health_unanswered,
    private_answer_cached,
    repeated_write,
    request_id_missing,
    route_not_there,
    row_of_others_changed,
    row_of_others_read,
    secret_answered,
    security_headers_missing,
    session_cookie_open,
    slow_list,
    slow_pattern,
    sql_injected,
    undocumented_route,
    unsigned_webhook_accepted,
    upload_trap,
    wrong_input_breaks,
)

ORDER: tuple[tuple[str, Ask], ...] = (
    ("secret_answered", secret_answered.ask),
    ("row_of_others_read", row_of_others_read.ask),
    ("row_of_others_changed", row_of_others_changed.ask),
    ("admin_operation_open", admin_operation_open.ask),
    ("answered_without_sign_in", answered_without_sign_in.ask),
    ("forbidden_field_set", forbidden_field_set.ask),
    ("forged_token_accepted", forged_token_accepted.ask),
    ("sql_injected", sql_injected.ask),
    ("address_fetched", address_fetched.ask),
    ("upload_trap", upload_trap.ask),
    ("unsigned_webhook_accepted", unsigned_webhook_accepted.ask),
    ("repeated_write", repeated_write.ask),
    ("cors_any_origin", cors_any_origin.ask),
    ("private_answer_cached", private_answer_cached.ask),
    ("health_unanswered", health_unanswered.ask),
    ("undocumented_route", undocumented_route.ask),
    ("endless_list", endless_list.ask),
    ("slow_list", slow_list.ask),
    ("wrong_input_breaks", wrong_input_breaks.ask),
    ("route_not_there", route_not_there.ask),
    ("error_details_answered", error_details_answered.ask),
    ("security_headers_missing", security_headers_missing.ask),
    ("request_id_missing", request_id_missing.ask),
    ("session_cookie_open", session_cookie_open.ask),
    ("account_enumeration", account_enumeration.ask),
    ("slow_pattern", slow_pattern.ask),
    ("guesses_unlimited", guesses_unlimited.ask),
)
"""Every probe, in the order in which they ask: what may end in a limit of the API comes last."""


def all_probes() -> tuple[Probe, ...]:
    """Every probe with its page."""
    return tuple(Probe(pages.read(Path(__file__).parent / f"{name}.md"), ask) for name, ask in ORDER)
