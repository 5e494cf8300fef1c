"""newman's JSON documents: written and read back."""
