"""What Prometheus is told: one collector that reads the database and Redis, since the tables are the truth."""
