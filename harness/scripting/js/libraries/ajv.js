export { default } from "#ajv";
