"""From a step and its type to the forms of the inspector. Pure: no Django, no I/O."""
