"""What runs later or over all profiles: schedules, segment, export and system jobs, computed attributes."""
