"""What officers see of messages and can do about them."""
