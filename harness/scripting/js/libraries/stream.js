export { default } from "#stream";
