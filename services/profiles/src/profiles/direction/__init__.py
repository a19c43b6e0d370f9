"""Where people want to go: assessments, career paths, roadmaps."""
