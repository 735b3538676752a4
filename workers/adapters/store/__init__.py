"""The store: PostgreSQL behind plain functions, one file per noun.

``schema`` and ``upkeep`` hold the tables, ``works`` the list of what is work, ``claims`` how work is
taken, finished and given up. Functions take a ``Connection`` when they are part of somebody's
transaction and an ``Engine`` when they make their own.
"""
