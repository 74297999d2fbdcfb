"""The key that access tokens are signed with: from the settings, or made at the first start and kept in a file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from joserfc.jwk import OctKey, OKPKey

from mainstay.compiler import DeclarationErrors, Place, Problem
from mainstay.identity.tokens import Keys, generated, imported
from mainstay.settings import Settings


def keys(settings: Settings) -> Keys:
    """The application's keys; raises `DeclarationErrors`, which names the setting and never the key."""
    given = settings.signing_key
    signing = kept(Path(settings.signing_key_file)) if given is None else read("signing_key", given.get_secret_value())
    retired = [read("retired_signing_keys", text.get_secret_value()) for text in settings.retired_signing_keys]
    return Keys(signing, *retired)


def read(setting: str, text: str) -> OKPKey | OctKey:
    """A key from a setting's text."""
    try:
        return imported(text.replace("\\n", "\n"))
    except ValueError as error:
        raise wrong(f"MAINSTAY_{setting.upper()} {error}") from None


def kept(file: Path) -> OKPKey | OctKey:
    """The key in a file; one that is made now, readable by this user alone, where there is no such file."""
    try:
        if not file.exists():
            make(file)
        text = file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not the text of a key"
        what = f"MAINSTAY_SIGNING_KEY_FILE, which is {file}, cannot be used: {why}"
        raise wrong(f"{what}; set MAINSTAY_SIGNING_KEY") from None
    return read("signing_key_file", text)


def make(file: Path) -> None:
    """Writes a new key, which is there at once as a whole; another process may have been quicker."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent) as whole:  # which nobody else can read
        whole.write(generated().as_pem(private=True))
        whole.flush()
        with suppress(FileExistsError):
            os.link(whole.name, file)


def wrong(what: str) -> DeclarationErrors:
    """Why there is no key."""
    return DeclarationErrors([Problem(Place("<settings>", 0), what, "mend the setting")])
