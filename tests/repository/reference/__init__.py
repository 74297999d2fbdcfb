"""The generated pages of docs/reference, each a module with a function `page`."""
