"""Do what the product does, one file per thing."""
