"""`cairn dlq`: what could not be handled, and what to do with it."""

from cyclopts import App

from cairn.commands.dlq import discard, listing, replay, show

app = App(name="dlq", help="See, replay or discard what could not be handled.")
for module in (listing, show, replay, discard):
    app.command(module.app)
