"""Expectations inferred from recordings.

| module | holds |
|---|---|
| `samples` | the answers to each call, taken out of recordings |
| `text_form` | what a text always says, and which parts of it are made up |
| `expectations` | what holds in all answers, as entries of a companion |
| `element_filters` | what holds for all elements of a list, as JSONPath filters |
| `answer_schema` | the same as a JSON Schema |
| `proposal` | what is new of it, beside what an author wrote |
"""
