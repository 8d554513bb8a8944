"""`python -m nerwin`."""

from nerwin.cli import app

app()
