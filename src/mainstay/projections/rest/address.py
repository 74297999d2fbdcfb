"""Where a caller is, behind proxies that are believed and proxies that are not."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from mainstay.projections.rest.exchange import Headers, Scope

FORWARDED = b"x-forwarded-for"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def addresses(trusted: tuple[str, ...]) -> Callable[[Scope, Headers], str]:
    """A function that tells the caller's address, believing X-Forwarded-For as far as `trusted` proxies wrote it."""
    if not trusted:
        return peer
    networks = [ipaddress.ip_network(word, strict=False) for word in trusted]

    @lru_cache(4096)
    def hop(text: str) -> tuple[str, bool] | None:
        """An address as callers are counted by it, and whether what it forwards is believed; None where it is none."""
        address = parsed(text)
        return None if address is None else (counted(address), any(address in network for network in networks))

    def behind_proxies(scope: Scope, headers: Headers) -> str:
        client = scope.get("client")
        found = hop(client[0]) if client else None
        if found is None:
            return peer(scope, headers)
        address, believed = found
        hops = headers.get(FORWARDED, b"").decode("latin-1").split(",")
        while hops and believed:
            before = hop(hops.pop().strip())
            if before is None:
                break
            address, believed = before
        return address

    return behind_proxies


def peer(scope: Scope, headers: Headers) -> str:
    """The address at the other end of the connection; of IPv6 the network, since one caller has a whole one."""
    client = scope.get("client")
    if not client:
        return ""
    text: str = client[0]
    if ":" not in text:
        return text
    address = parsed(text)
    return text if address is None else counted(address)


def parsed(text: str) -> Address | None:
    """An address without port, brackets and zone, of one of IPv4 in IPv6's form the former; None where it is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address if isinstance(address, ipaddress.IPv4Address) else address.ipv4_mapped or address


def counted(address: Address) -> str:
    """What a caller is counted by: the address, of IPv6 the network of 64 bits."""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.IPv6Address(int(address) >> 64 << 64))
