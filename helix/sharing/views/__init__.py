"""The dialog of a flow's sharing, and the public page of a link."""
