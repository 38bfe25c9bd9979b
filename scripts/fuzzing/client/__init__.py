"""The generated client under fuzz: what it makes of answers, and what it sends for arguments."""
