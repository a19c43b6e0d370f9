"""`python -m cairn_development`: the token issuer and the mail sink, until told to end."""

from cairn_development.serving import serve
from cairn_development.settings import Settings

serve(Settings())
