"""Calls of other services: with a time-out or without, in a transaction, repeated, with a key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import BlockingCall, Effect, Fact, OutgoingCall, Retry
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.reader import Located, known_text, label, last, shown, under
from mainstay.check.words import words

VERBS = words("get post put patch delete head options request send urlopen stream")
FOR_EVER = (
    "requests",
    "urllib.request",
    "http.client",
    "urllib3",
    "node-fetch",
    "axios",
    "got",
    "superagent",
    "needle",
    "smtplib",
)
"""Clients that wait for ever, or for minutes, unless told."""
OWN_TIMEOUT = ("httpx", "aiohttp", "niquests", "stripe")
"""Clients with a time-out of their own: 5 seconds, 5 minutes."""
MONEY = re.compile(
    r"(^|\.)\??(payments?|stripe|braintree|paypal|adyen|gateway|billing|payment_?\w*|paymentGateway|paymentService|psp|checkout)(\.|$)",
    re.IGNORECASE,
)
CHARGES = words(
    """
    charge capture refund payout transfer pay create authorize create_charge createCharge create_payment
    createPayment sale
    """
)
KEYS = re.compile(r"idempoten", re.IGNORECASE)
RETRIES = words("retry retrying on_exception backoff retryAsync pRetry asyncRetry promiseRetry")
SELECTING = words("retry retry_on_exception autoretry_for exceptions retry_if_exception_type on shouldRetry exception")
BREAKERS = re.compile(r"breaker|opossum|circuit|pybreaker|bulkhead", re.IGNORECASE)
WAITS = re.compile(r"timeout|wait_for|timed|AbortSignal|deadline|fail_after|move_on_after", re.IGNORECASE)
QUEUES = words("publish basic_publish send_message sendToQueue enqueue delay apply_async produce sendMessage lpush")
MAILS = words("send_mail sendMail send_email sendEmail EmailMessage send_message mail_admins")

BLOCKING: dict[str, str] = {
    "time.sleep": "await asyncio.sleep(..)",
    "requests": "await an httpx.AsyncClient",
    "urllib.request.urlopen": "await an httpx.AsyncClient",
    "subprocess.run": "asyncio.create_subprocess_exec",
    "subprocess.call": "asyncio.create_subprocess_exec",
    "subprocess.check_output": "asyncio.create_subprocess_exec",
    "subprocess.check_call": "asyncio.create_subprocess_exec",
    "os.system": "asyncio.create_subprocess_exec",
    "redis.Redis": "redis.asyncio.Redis",
    "redis.StrictRedis": "redis.asyncio.Redis",
    "redis.from_url": "redis.asyncio.from_url",
    "redis.ConnectionPool": "redis.asyncio",
    "psycopg2": "psycopg's AsyncConnection or asyncpg",
    "sqlite3": "aiosqlite",
    "pymysql": "aiomysql",
    "MySQLdb": "aiomysql",
    "pymongo": "pymongo's AsyncMongoClient",
    "boto3": "aioboto3, or run it in a thread",
    "smtplib": "aiosmtplib",
    "bcrypt.hashpw": "await asyncio.to_thread(bcrypt.hashpw, ..)",
    "bcrypt.checkpw": "await asyncio.to_thread(bcrypt.checkpw, ..)",
    "fs.readFileSync": "await fs.promises.readFile(..)",
    "fs.writeFileSync": "await fs.promises.writeFile(..)",
    "fs.readdirSync": "await fs.promises.readdir(..)",
    "fs.appendFileSync": "await fs.promises.appendFile(..)",
    "fs.unlinkSync": "await fs.promises.unlink(..)",
    "fs.existsSync": "await fs.promises.access(..)",
    "child_process.execSync": "execFile with a promise",
    "child_process.spawnSync": "spawn",
    "crypto.pbkdf2Sync": "crypto.pbkdf2",
    "crypto.scryptSync": "crypto.scrypt",
    "crypto.randomBytesSync": "crypto.randomBytes",
    "bcrypt.hashSync": "await bcrypt.hash(..)",
    "bcrypt.compareSync": "await bcrypt.compare(..)",
    "bcryptjs.hashSync": "await bcrypt.hash(..)",
    "bcryptjs.compareSync": "await bcrypt.compare(..)",
    "zlib.gzipSync": "zlib.gzip",
    "zlib.gunzipSync": "zlib.gunzip",
    "zlib.deflateSync": "zlib.deflate",
}
"""Calls that hold up the event loop, and what to call instead."""
CLIENTS_OF = words(
    "requests redis.Redis redis.StrictRedis redis.from_url psycopg2 sqlite3 pymysql MySQLdb pymongo boto3 smtplib"
)
"""Modules and classes whose methods hold up the loop; the others are functions that do."""
MAKES_ONLY = words(
    """
    Redis StrictRedis from_url ConnectionPool client resource Session connect MongoClient Lock pipeline
    cursor register_script
    """
)
"""What only makes a client, or a part of one: nothing is sent yet."""


def read(run: Run) -> Iterator[Located]:
    """Outgoing calls, effects, retries and blocking calls of a function."""
    breakers = any(BREAKERS.search(each.path or each.type) for each in run.decorators)
    for value in run.decorators:
        yield from _retry(value, run)
    for seen in run.calls:
        call = _outgoing(seen, breakers)
        if call is not None:
            yield seen.position, call
        effect = _effect(seen)
        if effect is not None:
            yield seen.position, effect
        blocking = _blocking(seen)
        if blocking is not None:
            yield seen.position, blocking


def _retry(value: Value, run: Run) -> Iterator[Located]:
    source = value.source if isinstance(value.source, Seen) else None
    name = source.name if source is not None else value.path or value.type
    if last(name) in RETRIES:
        selective = source is not None and (
            bool(SELECTING & set(source.keywords)) or (last(name) == "on_exception" and not _broad(source))
        )
        place = run.place if source is None else source.place
        function = run.function.label if run.function else ""
        yield -1, Retry(place=place, function=function, selective=selective, call=last(name))


def _broad(source: Seen) -> bool:
    return (
        len(source.arguments) > 1 and source.arguments[1].path in ("Exception", "BaseException")
    ) or "Exception" in (source.arguments[1].type if len(source.arguments) > 1 else "")


def _outgoing(seen: Seen, breakers: bool) -> Fact | None:
    name, method = seen.name, seen.method
    front = name.rpartition(".")[0]
    is_http = under(name, *FOR_EVER, *OWN_TIMEOUT) and (
        method in VERBS or name in ("axios", "node-fetch", "got", "superagent")
    )
    is_http = is_http and not _of_an_answer(seen)
    if name in ("fetch", "http.get", "https.get", "http.request", "https.request") and seen.is_javascript:
        is_http = True
    money = not name.startswith("!") and (
        (method in CHARGES or method.removesuffix("_async") in CHARGES) and MONEY.search(front) is not None
    )
    if (
        method == "create"
        and money
        and not under(name, "stripe", "braintree", "paypal")
        and "stripe" not in name.lower()
    ):
        money = False
    if money and re.search(r"sessions|customers|portal|intents\.retrieve", front):
        money = False
    if not is_http and not money:
        return None
    client = "payment" if money else "http"
    timeout = _timed(seen)
    keyed = any(
        KEYS.search(word)
        for word in (*_texts(seen.node), *(key for each in seen.values() for key in each.fields or {}))
    )
    return OutgoingCall(
        place=seen.place,
        function=label(seen),
        call=shown(seen),
        client=client,
        known=is_http or under(name, "stripe"),
        timeout=timeout,
        idempotent=method in ("get", "head", "options", "urlopen") or (name in ("fetch", "axios") and not _posts(seen)),
        key=keyed,
        breaker=breakers or any(BREAKERS.search(each) for each in seen.within),
        transaction=seen.transaction,
        loop=seen.loop,
        unbounded=not under(name, *OWN_TIMEOUT),
    )


def _of_an_answer(seen: Seen) -> bool:
    """Whether it is a method of what another call answered: `requests.get(..).json().get(..)`."""
    made = seen.receiver.source
    while isinstance(made, Seen):
        if made.method in ("json", "text", "headers", "cookies", "raise_for_status"):
            return True
        made = made.receiver.source
    return any(f".{part}" in seen.receiver.type for part in ("json", "headers", "cookies"))


def _posts(seen: Seen) -> bool:
    method = seen.argument(1, "method")
    return known_text(method).upper() in ("POST", "PUT", "PATCH", "DELETE") if method is not None else False


def _texts(node: s.Node) -> Iterator[str]:
    for each in s.walk(node):
        if isinstance(each, s.Literal) and isinstance(each.value, str):
            yield each.value
        elif isinstance(each, s.Argument) and each.name:
            yield each.name
        elif isinstance(each, s.Name):
            yield each.id
        elif isinstance(each, s.Member):
            yield each.name


def _timed(seen: Seen) -> bool:
    given = seen.keywords.get("timeout")
    if given is not None:
        return given.const is not None
    if (seen.spread and "**" in seen.keywords) or any(
        each.spread and each.name is None for each in seen.node.arguments
    ):
        return True
    if any(WAITS.search(each) for each in seen.within):
        return True
    for word in _texts(seen.node):
        if word in ("timeout", "signal", "responseTimeout") or WAITS.fullmatch(word):
            return True
    made = seen.receiver.source
    depth = 0
    while isinstance(made, Seen) and depth < 6:
        told = made.keywords.get("timeout") or made.keywords.get("socket_timeout")
        if told is not None:
            return told.const is not None
        if any(each.fields and "timeout" in each.fields for each in made.arguments) or made.method in (
            "timeout",
            "setTimeout",
        ):
            return True
        if any("timeout" in word.lower() for word in _texts(made.node) if len(word) < 40):
            return True
        made = made.receiver.source
        depth += 1
    return under(seen.name, *OWN_TIMEOUT)


def _effect(seen: Seen) -> Fact | None:
    method, name = seen.method, seen.name
    if name.startswith("!"):
        return None
    if method in MAILS or (under(name, "smtplib") and method == "sendmail"):
        return Effect(
            place=seen.place, function=label(seen), kind="mail", call=shown(seen), transaction=seen.transaction
        )
    if method in QUEUES and (seen.receiver.type or seen.receiver.path) and not under(name, "console"):
        if method in ("delay",) and not seen.receiver.path and not seen.receiver.type.startswith("?"):
            return None
        return Effect(
            place=seen.place, function=label(seen), kind="queue", call=shown(seen), transaction=seen.transaction
        )
    return None


def _blocking(seen: Seen) -> Fact | None:
    if seen.function is None or not seen.function.is_async or seen.awaited:
        return None
    name = seen.name
    if name.startswith(("!", "?")) or seen.method in MAKES_ONLY or ".asyncio" in name:
        return None
    root = next((each for each in BLOCKING if under(name, each)), None)
    if (
        root is None
        or (root not in CLIENTS_OF and name != root)
        or (root in ("requests", "boto3", "pymongo") and seen.method not in VERBS | _REMOTE)
    ):
        return None
    if (
        root in ("psycopg2", "sqlite3", "pymysql", "MySQLdb", "redis.Redis", "redis.StrictRedis", "redis.from_url")
        and name == root
    ):
        return None
    if any(last(each) in ("to_thread", "run_in_executor", "run_in_threadpool", "run_sync") for each in seen.within):
        return None
    return BlockingCall(place=seen.place, function=label(seen), call=shown(seen), instead=BLOCKING[root])


_REMOTE = words(
    """
    find find_one insert_one update_one delete_one aggregate put_object get_object upload_file
    download_file invoke get_secret_value send_message
    """
)
