"""Which machines of the internet a text names: by URLs, and without a scheme where one is meant."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from itertools import chain

MOST = 16
"""Distinct hosts kept of one text: those without a scheme, then those of URLs, as they come."""

_LONGEST = 253  # characters of a name in the DNS (RFC 1035)
_NAME = rb"((?:[A-Za-z0-9_-]{1,63}\.){1,20}[A-Za-z0-9-]{1,63})"
_URL = re.compile(
    rb"://(?:[^\s/@\"'`<>]{0,64}@)?" + _NAME + rb"(?![\w.%{}$*+-]*[%{}$*])",
    re.ASCII,
)
_PORT = re.compile(rb"\.[A-Za-z0-9]{1,24}(?=:\d{2,5}(?![\w.:]))")
_UP_TO_HERE = re.compile(rb"(?<![\w.:/\\%$}-])(?:[A-Za-z0-9_-]{1,63}\.){1,20}\Z")
_COMMANDS = {
    tool: re.compile(rb"%b(?<![\w.-]%b)([^\n|;&<>]{0,300})" % (tool, tool))
    for tool in (b"curl ", b"wget ", b"nc ", b"ncat ", b"netcat ", b"socat ", b"telnet ")
}
"""What follows a program that reaches out, up to where its command ends; by what it begins with,
which most texts lack."""

_ARGUMENT = re.compile(rb"(?<=[\s\"'=@])" + _NAME + rb"(?=[\s/:?\"'`)]|\Z)")
_SAID = {
    b"/dev/": re.compile(rb"/dev/(?:tcp|udp)/" + _NAME + rb"/"),
    b"host": re.compile(rb"host(?:name)?[\"']?[ \t]{0,9}[:=][ \t]{0,9}[\"']" + _NAME + rb"[\"']"),
    b"(": re.compile(rb"\(\(?[\"']" + _NAME + rb"[\"'],[ \t]{0,9}\d{2,5}[ \t]{0,9}\)"),
}
"""A shell's device, what a library is told to reach, and an address with its port, likewise."""

_TOP = re.compile(r"(?:[a-z]{2,24}|xn--[a-z0-9-]{1,59})\Z")
_ALONE = frozenset(
    """
    com org io net dev me uk de info co edu im gg be ly gov se app ca nl to ai it us fr tech ch ru
    au jp gl eu cn fi xyz es br host blog cz is rocks dk community nz foundation biz no site cloud
    tw ar il tv pro ee top network hk hu guru vn ua ie kr ro online link space club icu pw su tk
    shop store click live fun onion
    """.split()  # noqa: SIM905 (a hundred quoted words would be harder to read)
)
"""Top-level domains of names that need no scheme to be told from files and attributes.

Those that most projects of the corpus name, without endings of files (`sh`, `rs`, `py`) and words
that programs use for their own ends (`name`, `build`), and with some that are given away cheaply.
"""
_NOBODYS = re.compile(
    r"(?:\A|\.)(?:example\.(?:com|net|org)|example|test|invalid|localhost|local|internal)\Z"
)
"""Names that lead to nobody's machine (RFC 2606, RFC 6762 and the like)."""


def hosts_in(text: bytes) -> tuple[str, ...]:
    """List the hosts that a text names, at most `MOST`.

    Those of URLs, and without a scheme those with a port, those that a program of the shell or a
    library is told to reach, and those under `/dev/tcp/`. Names are in small letters and have a
    top-level domain; addresses are public IPv4 ones. Hosts put together by a program
    (`https://${name}.example.org`) and reserved names are left out.
    """
    found: dict[str, None] = {}
    alone = filter(_stands_alone, map(_host, _without_scheme(text)))
    of_urls = (_host(match[1]) for match in _URL.finditer(text))
    for host in chain(alone, of_urls):
        if host not in found and _is_somebodys(host):
            found[host] = None
            if len(found) == MOST:
                break
    return tuple(found)


def _host(name: bytes) -> str:
    return name.decode("ascii").lower()


def _without_scheme(text: bytes) -> Iterator[bytes]:
    for top in _PORT.finditer(text):
        if not _stands_alone(_host(top[0][1:])):  # most are files, and numbers of their lines
            continue
        start = max(0, top.start() + 1 - _LONGEST)
        if before := _UP_TO_HERE.search(text[start : top.start() + 1]):
            yield before[0] + top[0][1:]
    for command in _matches(_COMMANDS, text):
        for match in _ARGUMENT.finditer(command[0]):
            yield match[1]
    for match in _matches(_SAID, text):
        yield match[1]


def _matches(patterns: Mapping[bytes, re.Pattern[bytes]], text: bytes) -> Iterator[re.Match[bytes]]:
    for sought, pattern in patterns.items():
        if sought in text:
            yield from pattern.finditer(text)


def _stands_alone(host: str) -> bool:
    top = host.rpartition(".")[2]
    return top in _ALONE or top.isdigit()


def _is_somebodys(host: str) -> bool:
    if len(host) > _LONGEST or _NOBODYS.search(host):
        return False
    if _TOP.match(host.rpartition(".")[2]):
        return True
    try:
        return ipaddress.IPv4Address(host).is_global
    except ValueError:
        return False
