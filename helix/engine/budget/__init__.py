"""The budget: how many calls a connection may make, shared by all workers and flows. `gate` is its door.

One call passes these, in this order:

    pausing   the connection's key was refused (401, 403): its steps wait for a person, none of them fails
    caps      calls and broadcast triggers a day, counted in the database
    bucket    pace, turns between flows, circuit breaker: one atomic script in Redis, the same sums in this process without it
    slow      calls further apart than a second (broadcast triggers) are also spaced by a row of the database, in flight or not
"""
