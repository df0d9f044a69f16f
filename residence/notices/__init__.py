"""What notices to lodgings and the police say."""
