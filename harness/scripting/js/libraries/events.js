export { default } from "#events";
