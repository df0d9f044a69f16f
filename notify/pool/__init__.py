"""The pool of gateways: their health, and which one a message goes to."""
