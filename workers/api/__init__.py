"""The HTTP API. ``application`` makes it from a database engine; ``workers.cli.api`` serves it."""
