"""Schema Registry: classes, field groups, data types, schemas, descriptors, unions."""
