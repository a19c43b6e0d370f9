"""A sample network of any size: sites, people with their managers, and a programme.

The same seed, size and name give the same files, byte for byte. What it is made from, and under
which licences, is in SOURCES.md beside this file.
"""

from cairn.sample.files import FEWEST_PEOPLE, Summary, write_sample

__all__ = ["FEWEST_PEOPLE", "Summary", "write_sample"]
