"""What a request has to pass before a vendor's behaviour sees it."""
