"""The application that a command line names, imported."""

from __future__ import annotations

import difflib
import importlib
import sys
import traceback
from pathlib import Path

import pydantic
from pydantic_settings import SettingsError

from mainstay.app import Mainstay
from mainstay.backing.open import NotInstalled
from mainstay.cli.exits import nearest, wrong
from mainstay.compiler import DeclarationErrors
from mainstay.migrate.folder import MigrationProblem
from mainstay.settings import Settings

NOT_STARTED = (DeclarationErrors, MigrationProblem)
"""What an application raises that is not fit to be opened; one whose database is away raises `MainstayError`."""
FRAMES = 5
"""Places that are told of an error in the user's files."""


def load(target: str) -> Mainstay:
    """The application named; says what is wrong and leaves where there is none."""
    module_name, _, named = target.partition(":")
    attribute = named or "app"
    if not module_name:
        raise wrong(f"{target!r} names no application; write module:attribute, such as app:app")
    if module_name.endswith(".py") or "/" in module_name or "\\" in module_name:
        raise wrong(of_path(module_name, attribute))
    if module_name.startswith("."):
        raise wrong(f"{target!r} begins with a dot; name the module from this folder on, such as shop.app:app")
    sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name)
    except DeclarationErrors as error:
        raise wrong(str(error)) from None
    except pydantic.ValidationError as error:
        raise wrong(settings_sentence(error)) from None
    except SettingsError as error:
        raise wrong(unreadable(error)) from None
    except NotInstalled as error:
        raise wrong(str(error)) from None
    except SystemExit as error:
        raise wrong(f"{module_name} ends Python while it is imported, with {error.code!r}\n{where(error)}") from None
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise wrong(f"{module_name} cannot be imported: {error}\n{where(error)}") from None
        raise wrong(f"there is no module {error.name} in {Path.cwd()}; {of_module(error.name)}") from None
    except Exception as error:
        raise wrong(f"{module_name} cannot be imported: {type(error).__name__}: {error}\n{where(error)}") from None
    found = getattr(module, attribute, None)
    if isinstance(found, Mainstay):
        return found
    names = [name for name, value in vars(module).items() if isinstance(value, Mainstay)]
    if not names and found is None:
        raise wrong(f"{module_name} has no application; write app = Mainstay(resources=[...]) in {module.__file__}")
    if found is not None:
        hint = nearest(attribute, names) if names else f"no application is in {module.__file__}"
        raise wrong(f"{module_name}:{attribute} is a {type(found).__name__}, not a Mainstay; {hint}")
    raise wrong(f"{module_name} has no attribute {attribute}; {nearest(attribute, names)}")


def of_module(name: str) -> str:
    """What there is instead of a module that is not there: the nearest beside it, else how one is named."""
    *packages, last = name.split(".")
    beside = Path(*packages)
    there = {file.stem: f"{file}" for file in beside.glob("*.py")}
    there |= {file.parent.name: f"{file.parent}/" for file in beside.glob("*/*.py")}
    close = difflib.get_close_matches(last, there, n=1)
    if close:
        return f"did you mean {there[close[0]]}?"
    return "name it as module:attribute, such as shop.app:app for app in shop/app.py, or in MAINSTAY_APP"


def where(error: BaseException) -> str:
    """The places in the user's own files that an error went through, the last ones, as Python prints them."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_own(frame.filename)]
    told = traceback.format_list(frames[-FRAMES:])
    if isinstance(error, SyntaxError):
        told += traceback.format_exception_only(error)[:-1]
    return "".join(told).rstrip()


def is_own(file: str) -> bool:
    """Whether a file is the user's: below this folder, and not of an installed package."""
    path = Path(file)
    return path.is_relative_to(Path.cwd()) and not {"site-packages", "dist-packages"} & set(path.parts)


def of_path(path: str, attribute: str) -> str:
    """What is told about a file's path that stands where a module is wanted."""
    if not Path(path).with_suffix(".py").is_file():
        return f"there is no file {path} in {Path.cwd()}; write module:attribute, such as app:app"
    module = ".".join(Path(path).with_suffix("").parts)
    return f"{path} is a file; name its module: {module}:{attribute}"


def settings_sentence(error: pydantic.ValidationError) -> str:
    """What is wrong with the settings, each by the name that it has in the environment."""
    lines = [f"{error.error_count()} of what is set cannot be taken"]
    for mistake in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in mistake["loc"]).upper()
        lines.append(f"  MAINSTAY_{name}: {mistake['msg']}" if name else f"  {mistake['msg']}")
    return "\n".join(lines)


def unreadable(error: SettingsError) -> str:
    """Which setting, by the name that it has in the environment, is no JSON where it must be, or no text."""
    names = [f"MAINSTAY_{name.upper()}" for name in Settings.model_fields if f'"{name}"' in str(error)]
    what = "is not JSON" if "parsing" in str(error) else "cannot be read"
    return f"{names[0]} {what}" if names else f"what is set cannot be read: {error}"
