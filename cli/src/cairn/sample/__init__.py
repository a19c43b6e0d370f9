"""A sample network of any size: sites, people with their managers, and a programme.

The same seed, size and name give the same files, byte for byte. What it is made from, and under
which licences, is in SOURCES.md beside this file.
"""

from cairn.sample.files import Summary, write_sample

__all__ = ["Summary", "write_sample"]
