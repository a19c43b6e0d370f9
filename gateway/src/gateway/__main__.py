"""`python -m gateway prepare | serve | project`."""

from gateway.main import main

main()
