"""The class's best models, by nickname: for those who asked to be on it."""
