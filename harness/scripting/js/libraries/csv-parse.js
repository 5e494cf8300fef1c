export { default } from "#csv-parse";
