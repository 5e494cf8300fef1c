export { default } from "#buffer";
