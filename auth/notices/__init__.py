"""What people are told of their accounts, their organisations and their keys."""
