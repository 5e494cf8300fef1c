export { default } from "#backbone";
