"""Customer.io: its three APIs, 24 actions, 73 webhook events, and a sandbox that plays the service."""
