"""`python -m matching prepare | serve`."""

from chassis.command_line import main
from matching.main import service

main(service)
