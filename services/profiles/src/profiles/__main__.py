"""`python -m profiles prepare | serve`."""

from chassis.command_line import main
from profiles.main import service

main(service)
