export { default } from "#moment";
