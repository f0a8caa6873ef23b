"""What a release is made of, and what may stop it."""
