"""`make chaos`: real processes die, freeze and lose their services; what was promised is counted at the far side."""
