export { default } from "#punycode";
