"""The pipeline, pure: values in, values out. No network, disk, queue, clock or log.

Reading order, which is also the order of ``workers.tasks``::

    schedule   when is a feed due next
    feed       bytes        -> entries
    extract    page         -> article, or the outcome that says why not
    dedupe     article      -> signature; is it a copy, and of whom
    detect     article      -> reports: what, where, when, between whom, according to whom
    cluster    reports      -> clashes and situations, and what changed
    rules      clash        -> alerts, each with its reason
    route      alert        -> deliveries
    message    delivery     -> what people read
    export     clash        -> the field's exchange formats

Stages never import each other; they share ``workers.pipeline.models``. The time is an
argument (``now``), knowledge is an argument, and a decision returns its reason.
"""
