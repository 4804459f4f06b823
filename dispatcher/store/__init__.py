"""PostgreSQL, the truth: the only home of psycopg."""
