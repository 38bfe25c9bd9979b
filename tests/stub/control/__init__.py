"""What a test says to the stub and sees of it: faults, journal, seeds, /_stub/."""
