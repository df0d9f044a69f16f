"""The WSGI application that the server of web workers loads."""

from motcua.processes.application import load_application

app = load_application()
