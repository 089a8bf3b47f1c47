"""One file with everything that brings the site back on an empty machine, for SQLite and PostgreSQL alike."""
