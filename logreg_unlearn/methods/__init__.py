"""Unlearning methods: those that ascend the forget loss, and removal without ascent."""
