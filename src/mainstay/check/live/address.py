"""Where an API is, and whether it may be asked at all: on this machine, or said to be one's own."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit


class WrongAddress(Exception):
    """The address cannot be asked; says why, and what would be right."""


@dataclass(frozen=True, slots=True)
class Address:
    """An origin (`http://127.0.0.1:5000`) and the path below which the API is (`/api`, or nothing)."""

    origin: str
    base: str

    def __str__(self) -> str:
        return self.origin + self.base


def read(url: str, *, owned: bool) -> Address:
    """The address of a URL; raises WrongAddress where it is not on this machine and nobody said that it is theirs."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongAddress(f"{url!r} is no address of an API; one looks like http://127.0.0.1:8000")
    if parts.username or parts.password:
        raise WrongAddress("an address holds no password; say who asks with --identity")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise WrongAddress(f"{url!r} has no port from 1 to 65535") from None
    if not owned and not is_loopback(parts.hostname, port):
        raise WrongAddress(
            f"{parts.hostname} is not this machine: the probes write rows, sign people up and guess passwords. "
            "Where the API is yours, and may be treated so, say --i-own-this"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = "" if parts.port is None else f":{parts.port}"
    return Address(f"{parts.scheme}://{host}{shown}", parts.path.rstrip("/"))


def is_loopback(host: str, port: int) -> bool:
    """Whether every address that a name stands for is of this machine; a name that stands for none raises."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError:
        raise WrongAddress(f"there is no host {host}") from None
    return all(ipaddress.ip_address(each.partition("%")[0]).is_loopback for each in found)
