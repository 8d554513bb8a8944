"""The page of `nerwin report`: figures in, one HTML file out. The only place that imports matplotlib and Jinja2."""
