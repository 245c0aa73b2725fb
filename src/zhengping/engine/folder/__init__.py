"""A folder in, a register and a round-up out: the engine's only way to the disk."""
