"""Clashwatch: from news feeds to one alert for one armed clash.

Start reading at ``workers.pipeline``; it states the order of the stages.
"""

__version__ = "0.1.0"
