"""Whom we believe over TLS. Read once: the certificates of all authorities cost 25 ms, more than the rest of a send."""

from __future__ import annotations

import ssl
from functools import cache

import httpx2


@cache
def authorities(_protocol: str) -> ssl.SSLContext:
    """This process's own, one for each protocol: clients write into it what they speak. Names are checked, too."""
    return httpx2.create_ssl_context()
