export { default } from "#querystring";
