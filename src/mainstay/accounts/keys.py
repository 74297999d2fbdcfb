"""The key that access tokens are signed with: from the settings, or made at the first start and kept in a file."""

from __future__ import annotations

import os
from pathlib import Path

from joserfc.jwk import OctKey, OKPKey

from mainstay.identity.tokens import Keys, generated, imported
from mainstay.settings import Settings


class WrongKey(ValueError):
    """A key that cannot sign; the message names the setting, never the key."""


def keys(settings: Settings) -> Keys:
    """The application's keys; raises `WrongKey`."""
    if settings.signing_key is None:
        return Keys(kept(Path(settings.signing_key_file)))
    retired = [read("retired_signing_keys", text.get_secret_value()) for text in settings.retired_signing_keys]
    return Keys(read("signing_key", settings.signing_key.get_secret_value()), *retired)


def read(setting: str, text: str) -> OKPKey | OctKey:
    """A key from a setting's text."""
    try:
        return imported(text.replace("\\n", "\n"))
    except ValueError as error:
        raise WrongKey(f"MAINSTAY_{setting.upper()} {error}") from None


def kept(file: Path) -> OKPKey | OctKey:
    """The key in a file; one that is made now, readable by this user alone, where there is no such file."""
    try:
        return read("signing_key_file", file.read_text())
    except FileNotFoundError:
        pass
    made = generated()
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process has made one at this moment
        return read("signing_key_file", file.read_text())
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(made.as_pem(private=True))
    return made
