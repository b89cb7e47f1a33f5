"""`manage.py up`: everything on this machine under one supervisor. It imports no Django, so it starts at once."""
