"""Schedules: jobs that recur, one TOML file each, and the service that runs them at their times.

The service keeps its jobs in memory, made from the files when it starts (trust.md T8). What was run is no business of
this room: the book of periods (scanner/model/period.py) is kept in the store, and the work is given as a callable.
"""

from scanner.schedule.cron import CronFields
from scanner.schedule.file import Schedule, find_files, load_schedule
from scanner.schedule.plan import Plan, make_plan, name_period
from scanner.schedule.service import Service
from scanner.schedule.times import next_times
from scanner.schedule.when import When

__all__ = [
    "CronFields",
    "Plan",
    "Schedule",
    "Service",
    "When",
    "find_files",
    "load_schedule",
    "make_plan",
    "name_period",
    "next_times",
]
