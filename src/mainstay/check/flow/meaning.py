"""What well-known functions do to a value: which make it safe, which forget it, which hand it on."""

from __future__ import annotations

from functools import lru_cache

from mainstay.check.flow import meaning_go, meaning_rust
from mainstay.check.flow.value import EVERYTHING
from mainstay.check.words import words

SAFE_FOR: dict[str, tuple[str, ...]] = {
    "int": (EVERYTHING,),
    "float": (EVERYTHING,),
    "bool": (EVERYTHING,),
    "len": (EVERYTHING,),
    "hash": (EVERYTHING,),
    "uuid.UUID": (EVERYTHING,),
    "decimal.Decimal": (EVERYTHING,),
    "Number": (EVERYTHING,),
    "parseInt": (EVERYTHING,),
    "parseFloat": (EVERYTHING,),
    "Boolean": (EVERYTHING,),
    "BigInt": (EVERYTHING,),
    "isinstance": (EVERYTHING,),
    "mongoose.Types.ObjectId": (EVERYTHING,),
    "bson.ObjectId": (EVERYTHING,),
    "bson.objectid.ObjectId": (EVERYTHING,),
    "ObjectId": (EVERYTHING,),
    "mongodb.ObjectId": (EVERYTHING,),
    "sum": (EVERYTHING,),
    "Number.parseInt": (EVERYTHING,),
    "Math.min": ("size",),
    "min": ("size",),
    "datetime.date.fromisoformat": (EVERYTHING,),
    "datetime.datetime.fromisoformat": (EVERYTHING,),
    "ipaddress.ip_address": ("shell", "path", "html", "sql", "log", "header"),
    "String": ("nosql",),
    "str": ("nosql",),
    "shlex.quote": ("shell",),
    "pipes.quote": ("shell",),
    "html.escape": ("html",),
    "markupsafe.escape": ("html",),
    "flask.escape": ("html",),
    "bleach.clean": ("html",),
    "django.utils.html.escape": ("html",),
    "cgi.escape": ("html",),
    "nh3.clean": ("html",),
    "escape": ("html",),
    "escapeHtml": ("html",),
    "sanitizeHtml": ("html",),
    "DOMPurify.sanitize": ("html",),
    "escape-html": ("html",),
    "sanitize-html": ("html",),
    "he.encode": ("html",),
    "validator.escape": ("html",),
    "ord": (EVERYTHING,),
    "hex": (EVERYTHING,),
    "os.path.basename": ("path",),
    "werkzeug.utils.secure_filename": ("path",),
    "path.basename": ("path",),
    "django.utils.text.get_valid_filename": ("path",),
    "werkzeug.security.safe_join": ("path",),
    "django.utils._os.safe_join": ("path",),
    "werkzeug.utils.safe_join": ("path",),
    "flask.safe_join": ("path",),
    "sanitize-filename": ("path",),
    "urllib.parse.quote": ("url", "path", "header", "log", "html", "shell", "redirect"),
    "urllib.parse.quote_plus": ("url", "path", "header", "log", "html", "shell", "redirect"),
    "encodeURIComponent": ("url", "path", "header", "log", "html", "redirect"),
    "re.escape": ("regex", "redos"),
    "escapeRegExp": ("regex", "redos"),
    "_.escapeRegExp": ("regex", "redos"),
    "lodash.escapeRegExp": ("regex", "redos"),
    "repr": ("log", "header"),
    "json.dumps": ("log", "header"),
    "JSON.stringify": ("log", "header", "nosql"),
    "django.urls.reverse": ("redirect", "url"),
    "flask.url_for": ("redirect", "url"),
    "ldap3.utils.conv.escape_filter_chars": ("ldap",),
    "ldap.filter.escape_filter_chars": ("ldap",),
    "lxml.etree.XPath": (),
    "mysql.escape": ("sql",),
    "pg-format": ("sql",),
    "psycopg2.extensions.quote_ident": ("sql",),
    "hmac.compare_digest": (EVERYTHING,),
    "hashlib.md5": (EVERYTHING,),
    "hashlib.sha1": (EVERYTHING,),
    "hashlib.sha256": (EVERYTHING,),
    "hashlib.sha512": (EVERYTHING,),
}
"""Functions whose answer can do no harm in some places, however it was begun."""
SAFE_FOR |= meaning_go.SAFE_FOR | meaning_rust.SAFE_FOR

SAFE_METHODS: dict[str, tuple[str, ...]] = {
    "isdigit": (EVERYTHING,),
    "isalnum": (EVERYTHING,),
    "hexdigest": (EVERYTHING,),
    "digest": (EVERYTHING,),
    "startswith": (EVERYTHING,),
    "endswith": (EVERYTHING,),
    "count": (EVERYTHING,),
    "index": (EVERYTHING,),
    "find": (),
    "parseClaimsJws": (EVERYTHING,),
    "parseSignedClaims": (EVERYTHING,),
    "toNumber": (EVERYTHING,),
    "valueOf": (),
    "isoformat": (EVERYTHING,),
    "toISOString": (EVERYTHING,),
    "includes": (EVERYTHING,),
    "startsWith": (EVERYTHING,),
    "endsWith": (EVERYTHING,),
    "indexOf": (EVERYTHING,),
    "toString": (),
    "escape": ("sql", "html"),
    "is_valid": (EVERYTHING,),
    "escapeId": ("sql",),
}
"""Methods of any value, likewise."""
SAFE_METHODS_OF = {"go": meaning_go.SAFE_METHODS, "rust": meaning_rust.SAFE_METHODS}
"""The same for languages that have their own."""

FRESH = words(
    """
    find_one find_many findOne findMany findUnique findFirst findById findByPk findAll fetchone fetchall
    fetchrow fetch scalar scalars scalar_one scalar_one_or_none one one_or_none first all get_or_404
    first_or_404 get_object_or_404 execute query raw exec run filter filter_by where select authenticate
    verify compare checkpw create save insert insert_one insertOne update update_one updateOne delete
    delete_one deleteOne count post put patch request urlopen status redirect send render
    render_template jsonify sendFile send_file get_or_create update_or_create exists decode_token sign
    queryForObject queryForList queryForMap getResultList getSingleResult executeQuery executeUpdate
    saveAndFlush saveAll retrieve executeTakeFirst executeTakeFirstOrThrow getOne getOneOrFail getMany getRawOne
    getRawMany getCount
    encode hash hashpw create_user sendMail send_mail publish enqueue delay apply_async add_task
    """
)
"""Methods whose answer is not the caller's text any more, though they were given it: rows, answers, digests."""

ON_TEXT = words(
    """
    get pop format join strip lstrip rstrip lower upper title capitalize replace split rsplit splitlines
    encode decode trim toLowerCase toUpperCase slice substring substr concat toString values items keys
    copy read readlines readline json text getlist to_dict dict model_dump partition rpartition zfill
    ljust rjust casefold removeprefix removesuffix expandtabs translate format_map pad padStart padEnd
    repeat at charAt shift valueOf entries flat reverse sort get_json getvalue getbuffer decode_header
    setdefault
    """
)
"""Methods whose answer is made of the value itself."""

FRESH_OF = {"rust": meaning_rust.FRESH, "go": meaning_go.FRESH}
ON_TEXT_OF = {"rust": meaning_rust.ON_TEXT, "go": meaning_go.ON_TEXT}
"""The same for languages that have their own."""

LOOPING = words("map forEach filter find some every reduce flatMap findIndex reduceRight sort")
"""Methods that call what they are given for each item."""

BUILTINS = words(
    """
    open eval exec compile print input __import__ setattr getattr Function require setTimeout
    setInterval fetch super type console process JSON Math Date Error Promise Buffer Object Array crypto
    """
)
"""Names that every program has."""

NUMBERS = words(
    """
    int long short byte float double boolean Integer Long Short Byte Float Double Boolean BigDecimal BigInteger UUID
    LocalDate LocalDateTime Instant OffsetDateTime ZonedDateTime Date
    int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr float32 float64 bool Time
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 Uuid NaiveDate NaiveDateTime DateTime
    """
)
"""Types of Java, Go and Rust whose values can hold no text of a caller."""

SECRET_NAMES = (
    "password",
    "passwd",
    "pwd",
    "secret",
    "api_key",
    "apikey",
    "private_key",
    "privatekey",
    "access_token",
    "accesstoken",
    "refresh_token",
    "refreshtoken",
    "auth_token",
    "client_secret",
    "credit_card",
    "card_number",
    "cvv",
    "passphrase",
    "encryption_key",
    "signing_key",
)
"""Parts of names of what must not be written down."""

NOT_SECRET = (
    "_hash",
    "hash_",
    "hashed",
    "_id",
    "_url",
    "_field",
    "_length",
    "_policy",
    "_reset",
    "_at",
    "_count",
    "_expire",
    "_strength",
    "_validator",
    "_form",
    "_path",
    "_name",
    "_header",
    "_type",
    "_required",
    "_error",
    "_manager",
    "invalid_",
    "wrong_",
    "missing_",
    "no_",
    "has_",
    "is_",
    "validate",
    "_min",
    "_max",
    "_regex",
    "_present",
    "_set",
    "_changed",
    "_hint",
    "_help",
    "_label",
    "_message",
    "_msg",
    "_env",
    "_arn",
    "_ttl",
    "_dir",
    "_file",
    "_folder",
    "charset",
    "alphabet",
    "_chars",
    "_pattern",
    "_prefix",
)
"""Parts of names of what is about a secret and is not one."""


@lru_cache(maxsize=20_000)
def is_secret_name(name: str) -> bool:
    """Whether a variable, attribute or key of that name holds a secret."""
    if not name or len(name) > 60:
        return False
    snake = "".join(
        "_" + c.lower() if c.isupper() and i and not name[i - 1].isupper() else c.lower() for i, c in enumerate(name)
    )
    snake = snake.replace("-", "_")
    if any(part in snake for part in NOT_SECRET):
        return False
    return any(part in snake for part in SECRET_NAMES)


@lru_cache(maxsize=20_000)
def is_check_name(name: str) -> bool:
    """Whether a function of that name tells good values from bad ones, or refuses bad ones."""
    last = name.rpartition(".")[2].removeprefix("?").lower().lstrip("_")
    return last.startswith(
        ("is_", "is", "valid", "check", "assert", "ensure", "verify", "allow", "require_valid")
    ) or any(part in last for part in ("allowed", "whitelist", "allowlist", "valid", "safe"))
