export { default } from "#path";
