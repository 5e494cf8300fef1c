export * from "#acorn";
