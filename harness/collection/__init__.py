"""Collections as authored: the model, its loaders, selection, and the companion file."""
