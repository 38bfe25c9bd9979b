"""What the stub keeps: images with their bytes, survey responses."""
