"""What is read from a URL and from a JSON body, and what is refused with a sentence."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import suppress
from decimal import Decimal as Exact
from typing import Annotated, Any

import msgspec
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from mainstay import kinds
from mainstay.kinds import Kind
from tests.kinds.cases import CASES, Level

HOSTILE = (
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "\ud800",
        "٣",
        "１",
        "½",
        "0x10",
        "0b1",
        "1_000",
        " 5",
        "5 ",
        "5\n",
        "+5",
        "--5",
        "-",
        ".",
    ),
    *(
        "1e999",
        "-1e999",
        "NaN",
        "nan",
        "Infinity",
        "-inf",
        "1e5e5",
        "9" * 30,
        "-" + "9" * 30,
        "9" * 5000,
        "1." + "9" * 60,
    ),
    *("True", "TRUE", "yes", "1", "null", "None", "[]", "{}", '{"a":', "'; DROP TABLE x; --", "\u202e", "\ufeff5"),
    *("2026-02-30", "2026-W47-6", "20261121", "2026-11-21T18:30", "2026-11-21T25:00:00Z", "2026-11-21T1830Z"),
    *(
        "2026-11-21T18:30:00+25:00",
        "2026-11-21T18:30:00.1234567Z",
        "0001-01-01T00:00:00+14:00",
        "24:00",
        "18:30:60",
        "18:3000",
    ),
    *(
        "019a0b1c2d3e7f408152637485960718----",
        "{019a0b1c-2d3e-7f40-8152-63748596071}",
        "019a0b1c_2d3e_7f40_8152_637485960718",
    ),
    *(
        "Ada <ada@example.com>",
        " ada@example.com",
        "ada@",
        "@",
        "a@b@c",
        "javascript:alert(1)",
        "https:e.com",
        "https://",
    ),
    *("https://e.com/a\nb", " https://e.com/", "ftp://e.com/", "https:\\\\e.com", "//e.com", "https://e.com/ x"),
)
"""Texts that people and programs send to see what happens."""


@pytest.mark.requirement("A3.01", "A3.03")
@pytest.mark.parametrize("name", CASES)
def test_a_hostile_text_is_a_value_of_the_kind_or_refused_in_a_sentence(name: str) -> None:
    kind = CASES[name]
    adapter: TypeAdapter[Any] = TypeAdapter(kind.annotation())
    for text in HOSTILE:
        value, sentence = outcome(kind, text)
        if sentence is None:
            encode = kind.encode()
            msgspec.json.encode(value if encode is None else encode(value))
        else:
            assert 5 < len(sentence) < 200
            assert sentence[0].islower()
        with suppress(ValidationError):
            adapter.validate_python(text)


def outcome(kind: Kind, text: str) -> tuple[Any, str | None]:
    """The value of a text, or the sentence with which it is refused; any other error goes on."""
    try:
        return kind.parse(text), None
    except ValueError as error:
        if type(error) is not ValueError:
            raise
        return None, str(error)


REFUSED: dict[str, tuple[str, ...]] = {
    "boolean": ("True", "1", "0", "yes", ""),
    "integer": (
        "٣",
        "1e5",
        "1.0",
        "0x10",
        "1_000",
        " 5",
        "+5",
        "9223372036854775808",
        "-9223372036854775809",
        "9" * 5000,
        "-",
    ),
    "decimal": ("NaN", "1e2", "Infinity", "1_0", ".5", "5.", "٣", "0.001", "1" + "0" * 16, "9" * 39 + ".1", " 1"),
    "float": ("nan", "inf", "1e999", "1_000", "٣", " 5", "0x1p3", ".5", "1" * 401),
    "date": ("2026-W47-6", "2026-02-30", "20261121", "2026-11-21T00:00"),
    "time": ("18:30Z", "18:30+01:00", "25:00", "18", "18:3000", "18:30:00.1234567"),
    "moment": (
        "2026-11-21T18:30:00",
        "2026-11-21",
        "2026-W47-6T18:30Z",
        "0001-01-01T00:00:00+14:00",
        "2026-11-21T1830Z",
    ),
    "identifier": ("019a0b1c2d3e7f408152637485960718----", "019A0B1C", "{019a0b1c-2d3e-7f40-8152-63748596071}"),
    "email": ("Ada <ada@example.com>", " ada@example.com", "ada@example.com\n", "ada@", "a" * 250 + "@e.org"),
    "url": ("javascript:alert(1)", "https:e.com", "https://e.com/a\nb", " https://e.com", "https:\\\\e.com", "//e.com"),
    "slug": ("a\x00b", "\ud800"),
    "text": ("a\x00b", "\ud800"),
    "choice": ("Draft", "", "draft "),
    "json": ("", "[]", '{"kilojoules": "x"}', '{"a":'),
}
READ: dict[str, dict[str, Any]] = {
    "boolean": {"true": True, "false": False},
    "integer": {"-9223372036854775808": -(2**63), "007": 7, "-0": 0},
    "decimal": {"9999999999999999.99": Exact("9999999999999999.99"), "-0.00": Exact("0.00"), "5": Exact("5.00")},
    "float": {"-0": 0.0, "1e5": 100000.0, "-2.5E-3": -0.0025},
    "date": {"2024-02-29": dt.date(2024, 2, 29)},
    "email": {"ada@EXAMPLE.com": "ada@example.com"},
    "url": {"https://Example.com/ä?q=1": "https://Example.com/ä?q=1"},
}


@pytest.mark.requirement("A3.03", "A1.10")
@pytest.mark.parametrize("name, text", [(name, text) for name, texts in REFUSED.items() for text in texts])
def test_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError):
        CASES[name].parse(text)


@pytest.mark.parametrize("name, text", [(name, text) for name, texts in READ.items() for text in texts])
def test_read(name: str, text: str) -> None:
    value = CASES[name].parse(text)
    assert value == READ[name][text]
    assert repr(value) == repr(READ[name][text])  # -0 is no value


def test_moments_are_read_in_every_spelling_of_rfc_3339() -> None:
    texts = ("2026-11-21T18:30:00Z", "2026-11-21t18:30:00z", "2026-11-21 18:30Z", "2026-11-21T19:30:00.000+01:00")
    assert len({kinds.Moment().parse(text) for text in texts}) == 1


WRONG: dict[str, tuple[Any, ...]] = {
    "boolean": (1, 0, "true", None, []),
    "integer": ("5", True, 5.0, 2**63, -(2**63) - 1, 10**400),
    "decimal": (12.5, True, "1e2", "NaN", Exact("NaN"), Exact("Infinity"), "0.001", 10**400, [], "9" * 39),
    "float": ("1.5", True, float("inf"), float("nan"), 10**400),
    "euros": (12.5, "12.50", {"amount": "1"}, {"amount": 1, "currency": "EUR"}, {"amount": "1", "currency": "USD"}),
    "yen": ({"amount": "1.5", "currency": "JPY"}, {"amount": "1", "currency": "JPY", "more": 1}),
    "dinars": ({"amount": "0.0001", "currency": "KWD"},),
    "text": (5, None, ["a"], "a" * 121, "a\x00", b"a"),
    "secret": ("", 5, "a" * 1001),
    "slug": ("Aa", "a--b", "a\n", "", "a_b", 5),
    "email": ("ada", 5, "Ada <ada@example.com>"),
    "url": ("ftp://e.com", 5, "https://e.com/\n"),
    "date": (20261121, "2026-11-21T00:00:00Z", 1.5),
    "time": (1830, "18:30:00Z"),
    "moment": (1763749800, "2026-11-21T18:30:00", "2026-11-21"),
    "identifier": (5, "5", b"0" * 16),
    "reference": (5, "x"),
    "reference_by_number": ("5",),
    "choice": ("lost", 1),
    "choice_of_members": (1, "easy"),
    "json": ([], "{}", {"kilojoules": "many"}),
    "integer_key": ("1", 1.5),
    "decimal_whole": ("1.5",),
    "decimal_tiny": ("-1.00000001", "0.123456789"),
    "decimal_behind_the_point": ("1",),
    "text_without_end": (5,),
}
RIGHT: dict[str, dict[Any, Any]] = {
    "decimal": {12: Exact("12.00"), "12.5": Exact("12.50"), "-0": Exact("0.00")},
    "float": {5: 5.0, -0.0: 0.0},
    "moment": {"2026-11-21T19:30:00+01:00": kinds.Moment().parse("2026-11-21T18:30:00Z")},
    "choice_of_members": {"1": "1"},
}


@pytest.mark.requirement("A3.03", "A3.04")
@pytest.mark.parametrize("name", CASES)
def test_a_body_takes_the_right_json_type_alone(name: str) -> None:
    kind = CASES[name]
    adapter: TypeAdapter[Any] = TypeAdapter(kind.annotation())
    for wrong in WRONG[name]:
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)
    for given, value in RIGHT.get(name, {}).items():
        assert repr(adapter.validate_python(given)) == repr(value)
    encode = kind.encode()
    for sample in kind.samples():
        wire = msgspec.json.decode(msgspec.json.encode(sample if encode is None else encode(sample)))
        back = adapter.validate_python(wire)
        assert back == (str(sample.value) if isinstance(sample, Level) else sample)


def test_what_a_form_says_is_what_is_taken() -> None:
    form = kinds.Decimal(4, 2).form()
    assert form.pattern == r"^-?\d{1,2}(\.\d{1,2})?$"
    assert kinds.Integer(bits=32).form().format == "int32"
    assert kinds.Text(min_length=1, max_length=5).form().json_schema() == {
        "type": "string",
        "minLength": 1,
        "maxLength": 5,
    }
    assert kinds.Choice(words=("a", "b")).form().json_schema()["enum"] == ["a", "b"]
    assert kinds.Money(currency="JPY").form().json_schema()["properties"]["amount"]["pattern"] == r"^-?\d{1,18}$"


@pytest.mark.parametrize(
    "made",
    [
        lambda: kinds.Money(currency="euro"),
        lambda: kinds.Decimal(20, 2),
        lambda: kinds.Decimal(2, 3),
        lambda: kinds.Choice(),
        lambda: kinds.Choice(words=(1, 2)),  # type: ignore[arg-type]
    ],
)
def test_a_kind_that_cannot_be_is_refused(made: Any) -> None:
    with pytest.raises(ValueError):
        made()


def test_identifiers_sort_by_the_time_they_were_made() -> None:
    made = []
    for _ in range(200):
        made.append(kinds.uuid7())
        time.sleep(0.00001)
    assert made == sorted(made)
    assert {identifier.version for identifier in made} == {7}
    assert {identifier.variant for identifier in made} == {"specified in RFC 4122"}
    assert len({identifier.int & (2**62 - 1) for identifier in made}) == 200
    assert abs((made[-1].int >> 80) / 1000 - time.time()) < 5


@pytest.mark.requirement("A3.21")
def test_a_secret_is_neither_answered_nor_asked_for() -> None:
    assert not kinds.Secret.readable
    assert kinds.Secret().operators == ()


class Model(BaseModel):
    """A model of pydantic's with values of kinds in it."""

    address: Annotated[str, kinds.Email()] | None = None
    word: Annotated[str, kinds.Slug(max_length=5)] = "a"


@pytest.mark.parametrize("body", [{"address": "x"}, {"address": 5}, {"word": "No Slug"}, {"word": "abcdef"}], ids=str)
def test_a_kind_is_validated_inside_a_model_of_pydantics(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Model.model_validate(body)
    assert Model.model_validate({"address": "Ada@Example.COM", "word": "a-b"}).word == "a-b"
