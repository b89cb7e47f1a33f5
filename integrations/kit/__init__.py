"""The words that actions are written in. Names no service; every service is written with them."""
