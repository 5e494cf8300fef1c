export { default } from "#lodash3";
