"""The read model made again from the log, beside the one that is read, which it then replaces."""

from chassis.rereading import CannotRebuild
from gateway.rebuild.procedure import Progress, Rebuilt, rebuild

__all__ = ["CannotRebuild", "Progress", "Rebuilt", "rebuild"]
