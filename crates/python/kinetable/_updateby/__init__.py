"""The operations of `kinetable.updateby`, by family."""
