"""The read model made again from the log, beside the one that is read, which it then replaces."""

from gateway.rebuild.procedure import CannotRebuild, Progress, Rebuilt, rebuild

__all__ = ["CannotRebuild", "Progress", "Rebuilt", "rebuild"]
