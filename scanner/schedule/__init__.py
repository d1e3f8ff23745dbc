"""Schedules: jobs that recur, one TOML file each, and the service that runs them at their times.

What this is not, and leaves to its caller or to later work: it mails nothing, it keeps no books about periods that
passed while no service was running, and it does not agree with a second service on who runs what. Jobs live in memory,
made from the files when the service starts (trust.md T8); the work itself is given to it as a callable.
"""

from scanner.schedule.cron import CronFields
from scanner.schedule.file import Schedule, find_files, load_schedule
from scanner.schedule.service import Service
from scanner.schedule.times import next_times

__all__ = ["CronFields", "Schedule", "Service", "find_files", "load_schedule", "next_times"]
