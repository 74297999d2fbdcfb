"""A cookie that says who somebody is, and that scripts can read or other sites can use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

SESSION = re.compile(r"sess|sid|auth|token|jwt|login|remember", re.IGNORECASE)


def ask(service: Service) -> Iterator[Found]:
    """Looks at the cookies that a sign-in has set."""
    secure = service.client.address.origin.startswith("https")
    for answer in service.client.journal:
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, rest = cookie.partition("=")
            flags = rest.lower().replace(" ", "")
            if not SESSION.search(name) or flags.startswith((";", '"";')) or "max-age=0" in flags:
                continue
            missing = [word for word, there in (
                ("HttpOnly", "httponly" in flags),
                ("SameSite=Lax or Strict", "samesite=lax" in flags or "samesite=strict" in flags),
                ("Secure", not secure or "secure" in flags),
            ) if not there]  # fmt: skip
            if missing and "csrf" not in name.lower() and "xsrf" not in name.lower():
                operation = service.operation_of(answer)
                place = str(operation) if operation is not None else f"{answer.request.method} {answer.request.path}"
                yield found(place, f"the cookie {name} is set without {', '.join(missing)}", "proven", answer)
