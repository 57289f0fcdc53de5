"""Facts of a repository and the numbers computed from them."""
