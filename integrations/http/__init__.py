"""Any service over HTTP: a connection with one key of three kinds, and one request."""
