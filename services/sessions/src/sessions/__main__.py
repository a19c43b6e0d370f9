"""`python -m sessions prepare | serve`."""

from chassis.command_line import main
from sessions.main import service

main(service)
