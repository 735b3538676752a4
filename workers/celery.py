"""The Celery application: queues, limits, every setting with its why.

A message says "these rows may be ready" and nothing else; the broker may lose, repeat or reorder all of them
(measured: one task in 6,000 is lost under ``kill -9`` even with late acknowledgement, kombu#305). Claims in the
store decide who works on what (``adapters.store.claims``); the sweep repeats hints that nobody answered.
"""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import setup_logging

from workers.adapters.store.works import HARD_LIMIT, QUEUES
from workers.settings import Settings

app = Celery("clashwatch", include=["workers.tasks"])
app.conf.update(
    # JSON only: a broker that anybody can write to must not be able to run code here.
    accept_content=["json"],
    task_serializer="json",
    # The store holds the results; a result backend would be a second truth and leaks (celery#10366).
    result_backend=None,
    task_ignore_result=True,
    # A message lives until its rows are done, so that an orderly stop or a lost child repeats it. Harmless: claims.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # Prefork only: threads crashed or lost tasks when Redis restarted, gevent fell silent, and neither can be killed.
    worker_pool="prefork",
    # Prefetched tasks hide in one worker while others idle, and make the queue's length a lie (celery >= 5.7).
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    # Children are renewed: extraction and detection load native code that may leak. In kB and tasks.
    worker_max_tasks_per_child=2000,
    worker_max_memory_per_child=1_500_000,
    worker_proc_alive_timeout=30.0,
    # After a stop signal running tasks get this long; the rest comes back when their leases end.
    worker_soft_shutdown_timeout=5.0,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    # Nobody steers workers through the broker, and events halve the throughput (measured).
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    # Wait for the broker for ever, at start and after an outage: the work is safe in the store meanwhile.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        # Longer than the longest lease: else a message is delivered again while its task still runs (celery#5935).
        "visibility_timeout": 2 * max(HARD_LIMIT.values()),
        # Return what a dead worker had within 5 s; kombu's default is 100.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # Without these a half-open connection stalls a worker for good (measured: none back in 110 s; with, 5.8 s).
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 5,
        "client_name": "clashwatch",
    },
    task_queues={name: {"exchange": name, "routing_key": name} for name in QUEUES},
    task_default_queue="process",
    task_create_missing_queues=False,
    timezone="UTC",
)


def configure(settings: Settings) -> None:
    """Tell the application where its broker is, and how many rows one fetch task claims. Before anything is sent."""
    app.conf.broker_url = settings.redis.url
    app.conf.fetch_batch = settings.fetch.batch


def _keep_our_logging(**_: Any) -> None:
    """Celery configures logging unless somebody listens here; ``cli.roles`` has done it."""


setup_logging.connect(_keep_our_logging)  # held weakly: it must not be a lambda
