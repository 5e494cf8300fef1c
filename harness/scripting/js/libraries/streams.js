export * from "#web-streams";
