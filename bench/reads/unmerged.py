"""The gateway with every query by itself, to see what merging gives and takes."""

import sys

from gateway import merging
from gateway.main import main

if __name__ == "__main__":
    merging.ABREAST = sys.maxsize
    sys.argv = ["gateway", "serve"]
    main()
