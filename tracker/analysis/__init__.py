"""Questions as Ibis expressions over lake tables: pure, without a clock, a store or pandas."""
