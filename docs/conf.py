"""How Sphinx makes the site of these pages; `make docs` runs it."""

project = "Mainstay"
author = "The Mainstay authors"
copyright = "The Mainstay authors, MIT licence"  # noqa: A001 - Sphinx's word
html_title = "Mainstay"

extensions = ["myst_parser"]
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # a generated page may begin below a first heading

html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["site.css"]
