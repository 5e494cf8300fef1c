export { default } from "#url";
