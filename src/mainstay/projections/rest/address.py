"""Where a caller is, behind proxies that are believed and proxies that are not."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from mainstay.projections.rest.exchange import Headers, Scope

FORWARDED = b"x-forwarded-for"


def addresses(trusted: tuple[str, ...]) -> Callable[[Scope, Headers], str]:
    """A function that tells the caller's address, believing X-Forwarded-For as far as `trusted` proxies wrote it."""
    if not trusted:
        return peer
    networks = [ipaddress.ip_network(word, strict=False) for word in trusted]

    @lru_cache(4096)
    def believed(address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in networks)

    def behind_proxies(scope: Scope, headers: Headers) -> str:
        address = peer(scope, headers)
        hops = headers.get(FORWARDED, b"").decode("latin-1").split(",")
        while hops and believed(address):
            hop = bare(hops.pop().strip())
            if hop is None:
                break
            address = hop
        return address

    return behind_proxies


def peer(scope: Scope, headers: Headers) -> str:
    """The address at the other end of the connection; of IPv6 the network, since one caller has a whole one."""
    client = scope.get("client")
    if not client:
        return ""
    address: str = client[0]
    return address if ":" not in address else bare(address) or address


def bare(hop: str) -> str | None:
    """An address without port and brackets, of IPv6 the network of 64 bits; None where it is none."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        address = ipaddress.ip_address(hop.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> 64 << 64))
