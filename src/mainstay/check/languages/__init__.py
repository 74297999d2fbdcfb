"""Languages: each module reads a text into the tree of `syntax`, or into facts of its own."""
