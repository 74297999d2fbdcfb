"""The proof of access: who may do what with which rows and fields, asked of the engine and of an oracle."""
