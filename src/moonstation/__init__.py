"""The International Lunar Research Station in software: site, road map, station, report."""

__version__ = "0.1.0"
