"""What must hold of every history, by noun; the numbers are those of the invariants in `checker.py`."""
