"""An upgrade in the middle of the work: an earlier commit begins runs with real workers, this one brings them to their end."""
