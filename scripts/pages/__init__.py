"""The pages that scripts write: the claims pages of the docs, and the report."""
