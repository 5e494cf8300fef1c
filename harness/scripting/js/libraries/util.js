export { default } from "#util";
