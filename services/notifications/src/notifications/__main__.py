"""`python -m notifications prepare | serve`."""

from chassis.command_line import main
from notifications.main import service
from notifications.settings import Settings

main(service, Settings)
