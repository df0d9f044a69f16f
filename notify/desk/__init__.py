"""What officers see of messages and do about them."""
