"""`mainstay check`: reviews a backend, whatever it is built with.

An island: nothing here imports another part of Mainstay, and no other part but the command line imports it.
Languages are read into one small tree (`syntax`), the data flow is followed over that tree (`flow`), stacks
and vocabularies turn what is seen into facts (`facts`), and each rule reads facts and nothing else.
"""
