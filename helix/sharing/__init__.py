"""Who sees a flow, and read-only links to one."""
