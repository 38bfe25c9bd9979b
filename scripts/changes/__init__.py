"""What a changed document means to those who call the generated client."""
