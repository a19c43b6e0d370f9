"""`python -m matching prepare | serve`."""

from chassis.command_line import main
from matching.main import service
from matching.settings import Settings

main(service, Settings)
