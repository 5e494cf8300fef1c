"""Query Service: queries, templates and schedules as its API has them; no statement is carried out."""
