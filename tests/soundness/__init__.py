"""Random valid flows, run by the real engine: what the check lets through must not fail for a reason that it excludes.

`values` makes data of a type, `expressions` writes Liquid over data in scope, `flows` draws whole graphs that pass the check,
`answers` plays the service, `judging` says which ends are allowed. `python -m tests.soundness 2000` runs that many.
"""
