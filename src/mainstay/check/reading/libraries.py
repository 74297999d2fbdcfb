"""Libraries: what they no longer have, those that have ended, moments without a zone, names that nothing imports."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Incorrect, NaiveTime, RemovedApi
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Unit
from mainstay.check.reading.pins import kept_before
from mainstay.check.reading.reader import INNER, Located, label, shown, under

REMOVED: dict[tuple[str, str], tuple[str, str, bool]] = {
    ("pydantic", "BaseSettings"): ("pydantic 2.0", "import it from pydantic_settings", True),
    ("pydantic", "validator"): ("pydantic 2.0", "use field_validator with @classmethod", False),
    ("pydantic", "root_validator"): ("pydantic 2.0", "use model_validator", False),
    ("pact", "Consumer"): ("pact 3.0", "use pact.Pact(consumer, provider)", True),
    ("pact", "Provider"): ("pact 3.0", "use pact.Pact(consumer, provider)", True),
    ("flask", "escape"): ("Flask 3.0", "import it from markupsafe", True),
    ("flask", "Markup"): ("Flask 3.0", "import it from markupsafe", True),
    ("flask.json", "JSONEncoder"): ("Flask 2.3", "subclass flask.json.provider.DefaultJSONProvider", True),
    ("flask", "_request_ctx_stack"): ("Flask 2.3", "use flask.g or request_ctx", True),
    ("werkzeug.urls", "url_quote"): ("Werkzeug 3.0", "use urllib.parse.quote", True),
    ("werkzeug.security", "safe_str_cmp"): ("Werkzeug 2.1", "use hmac.compare_digest", True),
    ("django.utils.translation", "ugettext"): ("Django 4.0", "use gettext", True),
    ("django.utils.translation", "ugettext_lazy"): ("Django 4.0", "use gettext_lazy", True),
    ("django.conf.urls", "url"): ("Django 4.0", "use django.urls.re_path", True),
    ("django.utils.encoding", "force_text"): ("Django 4.0", "use force_str", True),
    ("django.utils.encoding", "smart_text"): ("Django 4.0", "use smart_str", True),
    ("django.utils.http", "is_safe_url"): ("Django 4.0", "use url_has_allowed_host_and_scheme", True),
    ("django.contrib.postgres.fields", "JSONField"): ("Django 4.0", "use django.db.models.JSONField", True),
    ("django.core.urlresolvers", "reverse"): ("Django 2.0", "use django.urls.reverse", True),
    ("collections", "Mapping"): ("Python 3.10", "import it from collections.abc", True),
    ("crypto", "createCipher"): ("Node 22", "use createCipheriv with a random vector", True),
    ("crypto", "createDecipher"): ("Node 22", "use createDecipheriv", True),
}
"""Names: since when they are gone, what to do, and whether the import fails."""
ENDED = {
    "bleach": ("bleach is at its end of life since January 2023", "use nh3"),
    "request": ("request has ended in February 2020", "use fetch or undici"),
    "node-uuid": ("node-uuid has ended", "use crypto.randomUUID()"),
    "csurf": ("csurf has ended in September 2022", "use csrf-csrf, or SameSite cookies with a check of the origin"),
    "tslint": ("tslint has ended", "use eslint"),
    "nose": ("nose has ended", "use pytest"),
    "pycrypto": ("pycrypto has ended in 2013", "use cryptography"),
    "Crypto": ("PyCrypto has ended in 2013, and PyCryptodome keeps its name", "use cryptography"),
    "flask_script": ("Flask-Script does not run with Flask 2", "use flask.cli"),
    "flask_jwt": ("Flask-JWT has ended in 2015", "use Flask-JWT-Extended"),
    "aioredis": ("aioredis is a part of redis since 4.2", "use redis.asyncio"),
    "domain": ("domain is deprecated since Node 4", "use AsyncLocalStorage"),
    "imp": ("imp is gone since Python 3.12", "use importlib"),
    "python_jose": ("python-jose had no release for three years", "use joserfc or PyJWT"),
    "rest_framework_jwt": ("djangorestframework-jwt has ended in 2020", "use djangorestframework-simplejwt"),
    "passlib": ("passlib had no release since 2020, and fails with bcrypt 5", "use argon2-cffi or bcrypt"),
}
"""Libraries that nobody mends any more."""
STANDARD = {
    "json",
    "os",
    "re",
    "secrets",
    "datetime",
    "timedelta",
    "uuid",
    "asyncio",
    "hashlib",
    "hmac",
    "time",
    "logging",
    "random",
    "base64",
    "functools",
    "itertools",
    "collections",
    "subprocess",
    "sys",
    "typing",
    "Decimal",
    "Optional",
    "bleach",
    "bcrypt",
    "requests",
    "httpx",
    "timezone",
    "defaultdict",
    "wraps",
    "dataclass",
    "Path",
    "Enum",
    "contextlib",
    "math",
}
"""Names that are used as they are imported: where one is used and not imported, the import is missing."""
NAIVE = {
    "datetime.datetime.utcnow": "datetime.now(UTC)",
    "datetime.datetime.utcfromtimestamp": "datetime.fromtimestamp(t, UTC)",
    "datetime.utcnow": "datetime.now(UTC)",
}


def read(run: Run) -> Iterator[Located]:
    """Calls of what has gone or changed, and moments without a zone."""
    for seen in run.calls:
        if (
            under(seen.name, "httpx.AsyncClient", "httpx.Client")
            and seen.method in ("AsyncClient", "Client")
            and "app" in seen.keywords
        ):
            yield (
                seen.position,
                RemovedApi(
                    place=seen.place,
                    function=label(seen),
                    name=f"{seen.method}(app=..)",
                    since="httpx 0.28",
                    instead="give it transport=httpx.ASGITransport(app=app)",
                ),
            )
        if seen.name in NAIVE:
            yield (
                seen.position,
                NaiveTime(place=seen.place, function=label(seen), call=shown(seen), instead=NAIVE[seen.name]),
            )
        elif seen.name == "datetime.datetime.now" and not seen.arguments and not seen.keywords:
            yield (
                seen.position,
                NaiveTime(place=seen.place, function=label(seen), call=shown(seen), instead="datetime.now(UTC)"),
            )
        elif seen.is_javascript:
            yield from _node(seen)


NODE = {
    "?app.del": ("app.del()", "Express 4", "use app.delete()"),
    "express.del": ("app.del()", "Express 4", "use app.delete()"),
    "express.Request.param": ("req.param()", "Express 5", "use req.params, req.query or req.body"),
    "express.Response.sendfile": ("res.sendfile()", "Express 5", "use res.sendFile()"),
    "crypto.createCipher": ("crypto.createCipher()", "Node 22", "use createCipheriv with a random vector"),
    "crypto.createDecipher": ("crypto.createDecipher()", "Node 22", "use createDecipheriv"),
}
"""Calls of JavaScript that are gone."""


def _node(seen: Seen) -> Iterator[Located]:
    found = NODE.get(seen.name)
    if found is not None:
        yield (
            seen.position,
            RemovedApi(place=seen.place, function=label(seen), name=found[0], since=found[1], instead=found[2]),
        )


def imported(units: Iterable[Unit], manifests: str = "") -> Iterator[RemovedApi | Incorrect]:
    """Imports of what has gone, and names that are used and nowhere imported."""
    for unit in units:
        for node in unit.nodes:
            if isinstance(node, s.Import):
                yield from (each for each in _import(node, unit) if not kept_before(each.since, manifests))
            elif isinstance(node, s.Call) and s.dotted(node.function) == "require" and node.arguments:
                given = node.arguments[0].value
                module = given.value if isinstance(given, s.Literal) else ""
                if isinstance(module, str) and module in ENDED:
                    what, instead = ENDED[module]
                    yield RemovedApi(
                        place=unit.place(node), name=what, since="", instead=instead, fails=False, ended=True
                    )
        if unit.source.language == "python":
            yield from _missing(unit)


def _import(node: s.Import, unit: Unit) -> Iterator[RemovedApi]:
    known = REMOVED.get((node.module, node.name))
    if known is not None:
        yield RemovedApi(
            place=unit.place(node), name=f"{node.module}.{node.name}", since=known[0], instead=known[1], fails=known[2]
        )
    module = node.module.split(".")[0]
    for name in (node.module, module):
        if name in ENDED and not node.level:
            what, instead = ENDED[name]
            yield RemovedApi(place=unit.place(node), name=what, since="", instead=instead, fails=False, ended=True)
            return


def _missing(unit: Unit) -> Iterator[Incorrect | RemovedApi]:
    bound = set(dir(builtins))
    used: dict[str, s.Node] = {}
    imports = False
    for node in unit.nodes:
        if isinstance(node, s.Import):
            imports = True
            if node.name == "*":
                return
            bound.add(node.alias.split(".")[0])
        elif isinstance(node, INNER):
            bound.add(node.name)
            if isinstance(node, s.Function):
                bound.update(each.name for each in node.parameters)
        elif isinstance(node, s.Assign):
            bound.update(each.id for target in node.targets for each in s.walk(target) if isinstance(each, s.Name))
        elif isinstance(node, s.Loop) and node.target is not None:
            bound.update(each.id for each in s.walk(node.target) if isinstance(each, s.Name))
        elif isinstance(node, s.Comprehension):
            bound.update(each.id for target in node.targets for each in s.walk(target) if isinstance(each, s.Name))
        elif isinstance(node, s.With):
            bound.update(
                each.id
                for _, target in node.items
                if target is not None
                for each in s.walk(target)
                if isinstance(each, s.Name)
            )
        elif isinstance(node, s.Try):
            bound.update(each.name for each in node.catches)
        if isinstance(node, s.Name):
            used.setdefault(node.id, node)
    for name, node in used.items():
        if name in STANDARD and name not in bound:
            if imports and not re.search(rf"^\s*(global|nonlocal)\s.*\b{name}\b", unit.source.text, re.MULTILINE):
                yield Incorrect(
                    place=unit.place(node), kind="import", name=name, why=f"{name} is used and nowhere imported"
                )
            if name in ENDED:
                what, instead = ENDED[name]
                yield RemovedApi(place=unit.place(node), name=what, since="", instead=instead, fails=False, ended=True)
