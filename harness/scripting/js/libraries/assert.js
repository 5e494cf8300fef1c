export { default } from "#assert";
