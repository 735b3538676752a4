"""One, two and four hosts on one PostgreSQL and one Valkey. ``python -m benchmarks.horizontal [ARTICLES]`` (as root)

A host is a network namespace with a name, an address and a loopback of its own (``tests/faults/hosts.py``); on each run
beat and a worker for each queue. Store, broker, newspapers and receiver are reached over its cable. Told for each
number of hosts: CPU an article, and what was lost or told twice. The cores are the same ones each time, so that more
hosts can be no faster here; that they cost no more is what is shown.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from benchmarks._paper import printed  # first: it leads to the hosts
from benchmarks._running import ROLES, note, quiet_machine, running
from benchmarks.end_to_end import saturated

from hosts import Host, hosts, servers_reachable  # isort: skip

NUMBERS, ARTICLES, PAPERS, EVERY = (1, 2, 4), 400, 20, 20


def measure(number: int, articles: int) -> dict[str, Any]:
    with (
        servers_reachable() as address,
        hosts(number) as there,
        printed(articles + 60, PAPERS, EVERY, address) as press,
    ):
        where = {f"{role}#{n}": _named(host) for n, host in enumerate(there) for role in ROLES}
        with running(press, tuple(where), {"CLASHWATCH_WORKERS_PROCESS": "1"}, where) as one:
            full = saturated(one, articles)
            note(f"{number} hosts: {full}, load {quiet_machine():.1f}")
            return {"hosts": number, **full, **one.reckoning(), "load": round(quiet_machine(), 1)}


def _named(host: Host) -> tuple[str, ...]:
    """With a name of its own, which signs of life carry."""
    return (*host.prefix, "unshare", "--uts", "sh", "-c", f'hostname {host.name} && exec "$0" "$@"')


def main(arguments: list[str]) -> dict[str, Any]:
    articles = int(arguments[0]) if arguments else ARTICLES
    return {"benchmark": "horizontal", "runs": [measure(number, articles) for number in NUMBERS]}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
