export { default } from "#os";
