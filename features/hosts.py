"""Which machines of the internet a text names: by URLs, and without a scheme where one is meant."""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from .joined import Joined
from .matching import matches

MOST = 16
"""Distinct hosts kept of one text: those without a scheme, then those of URLs, as they come."""

_LONGEST = 253  # characters of a name in the DNS (RFC 1035)
_NAME = rb"((?:[A-Za-z0-9_-]{1,63}\.){1,20}[A-Za-z0-9-]{1,63})"
_URL = re.compile(
    rb"://(?:[^\s/@\"'`<>]{0,64}@)?" + _NAME + rb"(?![\w.%{}$*+-]*[%{}$*])",
    re.ASCII,
)
_PORT = re.compile(rb":\d{2,5}(?![\w.:])")
_LONGEST_TOP = 24
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
    return hosts_in_each([text])[0]


def hosts_in_each(texts: Sequence[bytes]) -> list[tuple[str, ...]]:
    """List the hosts of several texts, as `hosts_in` does: most have none of what is looked for."""
    joined = Joined(texts)
    found: list[dict[str, None]] = [{} for _ in texts]
    for find in (_without_scheme, _of_urls):
        for host, at in find(joined.every):
            hosts = found[joined.text_at(at)]
            if len(hosts) < MOST and host not in hosts and _is_somebodys(host):
                hosts[host] = None
    return list(map(tuple, found))


def _host(name: bytes) -> str:
    return name.decode("ascii").lower()


def _of_urls(text: bytes) -> Iterator[tuple[str, int]]:
    """Give each host of a URL, and where that is."""
    for match in matches(b"://", _URL, text):
        yield _host(match[1]), match.start()


def _without_scheme(text: bytes) -> Iterator[tuple[str, int]]:
    for name, at in chain(_with_port(text), _said(text)):
        if _stands_alone(host := _host(name)):
            yield host, at


def _with_port(text: bytes) -> Iterator[tuple[bytes, int]]:
    for port in _PORT.finditer(text):
        at = port.start()
        dot = text.rfind(b".", max(0, at - _LONGEST_TOP - 1), at)
        top = text[dot + 1 : at] if dot >= 0 else b""
        if not top.isalnum() or not _stands_alone(_host(top)):
            continue  # most are files, and numbers of their lines
        if before := _UP_TO_HERE.search(text[max(0, dot + 1 - _LONGEST) : dot + 1]):
            yield before[0] + top, dot


def _said(text: bytes) -> Iterator[tuple[bytes, int]]:
    """Give what programs of the shell and libraries are told to reach."""
    for tool, pattern in _COMMANDS.items():
        for command in matches(tool, pattern, text):
            for match in _ARGUMENT.finditer(command[0]):
                yield match[1], command.start()
    for sought, pattern in _SAID.items():
        if sought in text:
            for match in pattern.finditer(text):
                yield match[1], match.start()


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
