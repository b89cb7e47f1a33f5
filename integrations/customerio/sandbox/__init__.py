"""A Customer.io stand-in over real HTTP: Track, App and Pipelines APIs on one port, stateful. Plain ASGI.

`python -m integrations.customerio.sandbox --port N --state FILE`. Contract: docs/sandbox.md.
"""
