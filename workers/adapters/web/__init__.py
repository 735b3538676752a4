"""Addresses in, answers out: many at once in one event loop, politely, and never to an address inside.

``answers``   request, answer, and what headers mean
``addresses`` what an address says
``guard``     which addresses may be connected to
``bodies``    decompression under a cap
``manners``   whose turn it is, shared by all workers
``robots``    what a site allows programs to read
``batch``     one request, with its redirects, from turn to outcome
``fetcher``   many of them
``failures``  what an exception means
"""

from workers.adapters.web.answers import Answer, Request
from workers.adapters.web.batch import Policy
from workers.adapters.web.fetcher import Fetcher

__all__ = ["Answer", "Fetcher", "Policy", "Request"]
