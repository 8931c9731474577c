"""Two replicas of the service on PostgreSQL and Redis, and what may happen to either of them."""
