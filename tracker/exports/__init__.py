"""What leaves the tracker as a file: findings and the registry, in five forms, each with how it came about."""
