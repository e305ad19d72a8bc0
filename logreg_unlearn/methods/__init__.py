"""Unlearning methods: those that ascend the loss of the forget set."""
