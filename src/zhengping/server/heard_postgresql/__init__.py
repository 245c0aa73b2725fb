"""Django's PostgreSQL, whose silent lines are taken for good."""
