"""How unusual a vector is, and why."""
