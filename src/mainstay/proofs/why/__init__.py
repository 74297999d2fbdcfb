"""Why a caller is answered so: which clause of which policy decided, and with which values."""
