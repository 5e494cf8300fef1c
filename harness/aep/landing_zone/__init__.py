"""The Data Landing Zone: where files are put for the platform, and where it puts what it exports."""
