"""How applications of Rust are set up: who may call from a browser, certificates, limits of calls, uploads."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Cors, Limit, Uncertified
from mainstay.check.flow.program import Run, Seen
from mainstay.check.reading.reader import Located, label, last, shown, under

CORS = ("tower_http.cors.CorsLayer", "actix_cors.Cors")
SKIPS = ("danger_accept_invalid_certs", "danger_accept_invalid_hostnames")


def read(run: Run) -> Iterator[Located]:
    """The settings that a function makes."""
    calls = [seen for seen in run.calls if seen.language == "rust"]
    continued = {id(seen.receiver.source.node) for seen in calls if isinstance(seen.receiver.source, Seen)}
    for seen in calls:
        if under(seen.name.removeprefix("?"), *CORS) and id(seen.node) not in continued:
            found = _cors(seen)
            if found is not None:
                yield seen.position, found
        elif seen.method in SKIPS and seen.arguments and seen.arguments[0].const is True:
            told = Uncertified(place=seen.place, function=label(seen), call=shown(seen), how=seen.method)
            yield seen.position, told
        elif "Governor" in seen.name and seen.method in ("new", "finish", "default"):
            yield seen.position, Limit(place=seen.place, function=label(seen), declared=True)


def _cors(seen: Seen) -> Cors | None:
    """What the chain that makes a CORS middleware says, from its end."""
    links, source = [seen], seen.receiver.source
    while isinstance(source, Seen) and len(links) < 24:
        links.append(source)
        source = source.receiver.source
    methods = {each.method for each in links}
    begun = links[-1]
    credentials = "supports_credentials" in methods or any(
        each.method == "allow_credentials" and (not each.arguments or each.arguments[0].const is True) for each in links
    )
    origins = ""
    if "very_permissive" in methods or (begun.method == "permissive" and under(begun.name, "actix_cors.Cors")):
        origins, credentials = "any", True
    elif "allow_any_origin" in methods or any(_mirrors(each) for each in links):
        origins = "any"
    elif any(last(value.path) == "Any" for each in links for value in each.arguments):
        origins = "*"
    place = next((each for each in links if each.method in ("very_permissive", "permissive")), seen).place
    return Cors(place=place, function=label(seen), origins=origins, credentials=credentials)


def _mirrors(seen: Seen) -> bool:
    """`AllowOrigin::mirror_request()`, and `|origin, _| true`."""
    if seen.method == "allow_origin":
        made = seen.arguments[0].source if seen.arguments else None
        return isinstance(made, Seen) and made.method == "mirror_request"
    if seen.method != "allowed_origin_fn" or not seen.arguments or seen.arguments[0].callee is None:
        return False
    body = seen.arguments[0].callee.function.body
    only = body[0].value if len(body) == 1 and isinstance(body[0], s.Return) else None
    return isinstance(only, s.Literal) and only.value is True
