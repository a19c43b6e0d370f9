"""The first start: a sample network is loaded through the front door, and the main job played.

Everything happens through the GraphQL API, with the tokens of the people concerned. It can be cut
short at any point: the next start goes on with what is there.
"""

from cairn_local.first_run.cast import Cast
from cairn_local.first_run.introduction import Introduction, introduce

__all__ = ["Cast", "Introduction", "introduce"]
