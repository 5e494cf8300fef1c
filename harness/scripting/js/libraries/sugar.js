export { default } from "#sugar";
