"""Which machines of the internet a text names: the hosts of its URLs."""

import ipaddress
import re

MOST = 16
"""Distinct hosts kept of one text: those that come first."""

_LONGEST = 253  # characters of a name in the DNS (RFC 1035)
_URL = re.compile(
    rb"://(?:[^\s/@\"'`<>]{0,64}@)?((?:[A-Za-z0-9_-]{1,63}\.){1,20}[A-Za-z0-9-]{1,63})"
    rb"(?![\w.%{}$*+-]*[%{}$*])",
    re.ASCII,
)
_TOP = re.compile(r"(?:[a-z]{2,24}|xn--[a-z0-9-]{1,59})\Z")
_NOBODYS = re.compile(
    r"(?:\A|\.)(?:example\.(?:com|net|org)|example|test|invalid|localhost|local|internal)\Z"
)
"""Names that lead to nobody's machine (RFC 2606, RFC 6762 and the like)."""


def hosts_in(text: bytes) -> tuple[str, ...]:
    """List the hosts of the URLs in a text, in the order in which they come, at most `MOST`.

    Names are in small letters and have a top-level domain; addresses are public IPv4 ones. Hosts
    put together by a program (`https://${name}.example.org`) and reserved names are left out.
    """
    found: dict[str, None] = {}
    for match in _URL.finditer(text):
        host = match[1].decode("ascii").lower()
        if host not in found and _is_somebodys(host):
            found[host] = None
            if len(found) == MOST:
                break
    return tuple(found)


def _is_somebodys(host: str) -> bool:
    if len(host) > _LONGEST or _NOBODYS.search(host):
        return False
    if _TOP.match(host.rpartition(".")[2]):
        return True
    try:
        return ipaddress.IPv4Address(host).is_global
    except ValueError:
        return False
