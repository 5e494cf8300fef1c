"""Collections of format v3: folders of YAML files."""
