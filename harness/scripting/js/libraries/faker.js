export { default } from "#faker";
