-- Reading goes on; nobody writes a new wrong row while the old ones are settled.
lock table {tables} in share row exclusive mode
