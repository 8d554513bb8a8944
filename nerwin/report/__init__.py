"""The page of `nerwin report`: runs in, one HTML file out. The only place that imports matplotlib and Jinja2."""

import logging

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it warns of a home that it cannot write to
