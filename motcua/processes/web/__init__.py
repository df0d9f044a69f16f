"""The server of web workers: HTTP/1.1 in front of a WSGI application, in which nothing slow holds a thread.

`python -m motcua.processes.web wsgi:app --port N` is what `motcua serve` becomes. `master`
keeps the worker processes. In each, one event loop (`connection`) reads heads and bodies and writes answers, and a few
threads (`calls`) run the application on requests that are complete. docs/decisions says why and what was measured.
"""
