"""Who: the seed list, the claims, the suspects and their review."""
