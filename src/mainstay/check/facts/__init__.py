"""Facts: what a rule may know of a backend, whatever it is built with.

The narrow waist between stacks and rules: a stack and the readers under `reading/` yield facts, and a rule reads
facts and nothing else, so that a rule written once holds for every stack, and a stack added later brings every
rule with it.  Facts of a function stand in its `Handler` in the order in which they happen.
"""

from __future__ import annotations

from mainstay.check.facts.answers import (
    Answer,
    Branch,
    Caught,
    ErrorHandler,
    QuadraticLookup,
    Refusal,
    RequestId,
    Unchecked,
)
from mainstay.check.facts.bodies import Body, Field
from mainstay.check.facts.calls import (
    BlockingCall,
    CacheUse,
    Commit,
    Effect,
    LogCall,
    OutgoingCall,
    PageSize,
    Query,
    Retry,
    Sink,
)
from mainstay.check.facts.databases import Column, GraphField, Index, Migration, Table
from mainstay.check.facts.fact import Fact
from mainstay.check.facts.handlers import Facts, Handler, Route
from mainstay.check.facts.security import (
    Comparison,
    Cookie,
    DigestUse,
    PasswordUse,
    RandomUse,
    SecretLiteral,
    SessionStored,
    TokenUse,
)
from mainstay.check.facts.settings import (
    BadExpression,
    Cors,
    DroppedDetails,
    Header,
    HealthCheck,
    Incorrect,
    Limit,
    Loader,
    MoneyAsFloat,
    MovedMoney,
    NaiveTime,
    RemovedApi,
    Setting,
    Test,
    Upload,
)

__all__ = [
    "Answer",
    "BadExpression",
    "BlockingCall",
    "Body",
    "Branch",
    "CacheUse",
    "Caught",
    "Column",
    "Commit",
    "Comparison",
    "Cookie",
    "Cors",
    "DigestUse",
    "DroppedDetails",
    "Effect",
    "ErrorHandler",
    "Fact",
    "Facts",
    "Field",
    "GraphField",
    "Handler",
    "Header",
    "HealthCheck",
    "Incorrect",
    "Index",
    "Limit",
    "Loader",
    "LogCall",
    "Migration",
    "MoneyAsFloat",
    "MovedMoney",
    "NaiveTime",
    "OutgoingCall",
    "PageSize",
    "PasswordUse",
    "QuadraticLookup",
    "Query",
    "RandomUse",
    "Refusal",
    "RemovedApi",
    "RequestId",
    "Retry",
    "Route",
    "SecretLiteral",
    "SessionStored",
    "Setting",
    "Sink",
    "Table",
    "Test",
    "TokenUse",
    "Unchecked",
    "Upload",
]
