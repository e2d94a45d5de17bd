"""Run durable jobs: whose turn it is, how many at once, when to try again."""
