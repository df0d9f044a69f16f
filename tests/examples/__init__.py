"""What the pages of docs/how-to show, as real files: linted, typed and run by tests."""
