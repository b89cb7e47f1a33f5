"""A Helix of real processes on this machine, for benchmarks and fault tests: driven from outside, as its users would."""
