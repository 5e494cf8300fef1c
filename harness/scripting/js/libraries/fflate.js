export * from "#fflate";
